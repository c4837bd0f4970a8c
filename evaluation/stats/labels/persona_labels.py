"""What people called the personas of a study, and what that makes of a labeller's labels of the same personas."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.labels.label_accuracy import Predicted, label_accuracy
from generation.corpus.traits import TRAITS

Json = dict[str, Any]


def labels_json(
    rows: Sequence[JudgmentRow],
    criteria: Sequence[DeclaredCriterion],
    info: StudyInfo,
    everything: Sequence[JudgmentRow] = (),
) -> Json | None:
    """How often people gave each label, and the labels of `info.labelled` held against theirs; None without labels.

    Only labels of no system count: what is said of a persona, and not of something that a system answered. Of
    `everything` the labels of language models that judged beside people are held against theirs too, by model.
    """
    labelled = [each for each in criteria if each.scale == "label"]
    of_personas = [row for row in rows if not row.system and not row.first]
    given = {each.key: [row for row in of_personas if row.criterion == each.key] for each in labelled}
    if not any(given.values()):
        return None
    sample = predicted_of(info.labelled, [each.key for each in labelled])
    counted = {each.key: _given(given[each.key], each, sample) for each in labelled if given[each.key]}
    against = label_accuracy(sample, of_personas, seed=info.seed) if sample else {}
    models = _models(everything, [each.key for each in labelled], info, people=of_personas)
    return {"given": counted, **against, **({"judges": models} if models else {})}


def _models(
    rows: Sequence[JudgmentRow], criteria: Sequence[str], info: StudyInfo, *, people: Sequence[JudgmentRow]
) -> Json:
    """Model -> its accuracy; its labels weigh as the labeller's do, or all alike where there was none."""
    if people[0].annotator_kind == "llm":
        return {}
    by_model: dict[str, list[Predicted]] = {}
    for row in rows:
        if row.annotator_kind == "llm" and not row.first and not row.system and row.criterion in criteria:
            weight = float(info.labelled[row.context]["weight"]) if row.context in info.labelled else 1.0
            label = Predicted(row.context, row.criterion, row.choice, weight)
            by_model.setdefault(row.annotator, []).append(label)
    return {model: label_accuracy(sample, people, seed=info.seed) for model, sample in sorted(by_model.items())}


def predicted_of(labelled: Mapping[str, Mapping[str, Any]], criteria: Sequence[str]) -> list[Predicted]:
    """The labeller's labels of a study's personas, by trait and then persona."""
    return [
        Predicted(context, trait, str(each["levels"][trait]), float(each["weight"]))
        for trait in TRAITS
        if trait in criteria
        for context, each in sorted(labelled.items())
        if trait in each["levels"]
    ]


def _given(rows: Sequence[JudgmentRow], criterion: DeclaredCriterion, sample: Sequence[Predicted]) -> Json:
    """Label -> how often people gave it, and to how many of the personas that were shown the labeller gave it."""
    said = Counter(row.choice for row in rows if row.choice != CANNOT_JUDGE)
    labels = [each for each in criterion.options if each != CANNOT_JUDGE]
    labels += sorted(set(said) - set(labels))
    labeller = Counter(each.level for each in sample if each.trait == criterion.key)
    total, personas = said.total(), labeller.total()
    return {
        label: {
            "judgments": said[label],
            "share": said[label] / total if total else None,
            "labelled": labeller[label] if personas else None,
            "labelled_share": labeller[label] / personas if personas else None,
        }
        for label in labels
    }
