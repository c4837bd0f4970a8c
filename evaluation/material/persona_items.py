"""Personas to be labelled: a sample of those that a labeller labelled, and what it said of them. No database here.

What the labeller said is kept for the comparison and reaches no annotator: a persona is shown by its sentences alone,
all traits are asked of it, and in which order personas come is drawn.
"""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path

from evaluation.material.gathering import Gathered, LabelledPersona, WrongFiles, caveats_of
from evaluation.study_files.item_kinds import Kind
from evaluation.study_files.study_file import MOST_PER_LEVEL, ChosenContexts, StudyCriterion, StudyFile
from evaluation.study_files.telling_table import NO_ETHICS
from evaluation.study_files.wording import bundled_text, public_title_in, wording_in
from generation.corpus.manifest import digest_of_file
from generation.corpus.traits import FIVE_LEVELS, LEVELS, TRAITS
from generation.home import NoSuchName, existing
from generation.labels.label_sampling import draw_sample
from generation.labels.labelling import LABELS_FILE, PersonaLabels, read_labels
from training.data.responses import Context

KIND: Kind = "persona"


def label_study_file(
    corpus: str,
    *,
    folder: Path,
    title: str = "",
    per_level: int = MOST_PER_LEVEL,
    traits: Sequence[str] = TRAITS,
    judgments: int = StudyFile.judgments_per_pair,
    language: str = StudyFile.language,
    seed: int = ChosenContexts.seed,
    ethics: str = NO_ETHICS,
) -> StudyFile:
    """The study in which people label what the labeller of `corpus` labelled: its traits, on its own levels."""
    levels = levels_in(list(read_labels(find_labels(corpus, folder=folder).parent).values()))
    return StudyFile(
        folder=folder,
        title=title or f"People's labels of the personas of {Path(corpus).name}",
        kind=KIND,
        responses=(),
        personas=corpus,
        public_title=public_title_in(language, KIND),
        language=language,
        contexts=ChosenContexts(per_level=per_level, seed=seed),
        judgments_per_pair=judgments,
        criteria=tuple(_asked(trait, levels, language) for trait in TRAITS if trait in traits),
        consent=bundled_text("consent", language, KIND),
        instructions=bundled_text("instructions", language, KIND),
        end=bundled_text("end", language, KIND),
        ethics=ethics,
    )


def _asked(trait: str, levels: tuple[str, ...], language: str) -> StudyCriterion:
    wording = wording_in(language, trait, KIND)
    assert wording is not None
    return StudyCriterion(
        key=trait, name=wording.name, question=wording.question, help=wording.help, scale="label", options=levels
    )


def find_labels(corpus: str, *, folder: Path) -> Path:
    """The labels of `corpus`: a name under PARLEY_HOME, or a path relative to `folder`."""
    path = folder / corpus
    there = path if corpus.startswith(".") or (path / LABELS_FILE).is_file() else existing("corpora", corpus)
    if not (there / LABELS_FILE).is_file():
        raise NoSuchName(f"{there} has no {LABELS_FILE}: expected a corpus with labels, such as `generate` makes")
    return there / LABELS_FILE


def levels_in(labels: Sequence[PersonaLabels]) -> tuple[str, ...]:
    """The scale that the labels are on: three levels, or five and "unclear"."""
    said = {level for each in labels for level in each.levels.values()}
    return LEVELS if said <= set(LEVELS) else FIVE_LEVELS


def gather_personas(file: StudyFile) -> Gathered:
    """The personas that are to be labelled, drawn by trait and level as `sample_labels` draws them.

    All traits of the study are asked of each. `weight` is one over the chance that the persona was drawn under any of
    them, so that for every trait the sample stands for the whole corpus (Horvitz and Thompson 1952).
    """
    path = find_labels(file.personas, folder=file.folder)
    labels, corpus = list(read_labels(path.parent).values()), path.parent.resolve().name
    if not labels:
        raise WrongFiles(f"{path}: no persona was labelled")
    levels = levels_in(labels)
    asked = [each.key for each in file.criteria if each.key in TRAITS]
    if not asked:
        raise WrongFiles(f"no criterion is a trait: expected at least one of {', '.join(TRAITS)}")
    for each in file.criteria:
        if each.key in TRAITS and (each.scale != "label" or set(each.options) != set(levels)):
            raise WrongFiles(
                f"criteria.{each.key}: {file.personas} is labelled {', '.join(levels)}, and people's labels are held "
                f"against that; expected these options, got {', '.join(each.options) or each.scale}"
            )
    per_level = file.contexts.per_level or MOST_PER_LEVEL
    sampled = draw_sample(labels, corpus=corpus, per_cell=per_level, seed=file.contexts.seed)
    drawn = {each.persona: each.context for each in sampled if each.trait in asked}
    by_persona = {each.persona: each for each in labels}
    share = _share_drawn(labels, asked, per_level)
    contexts = {
        identifier: Context(
            id=identifier, cluster=identifier, domain=corpus, speaker=0, persona=persona, traits={}, turns=()
        )
        for persona, identifier in sorted(drawn.items(), key=lambda each: each[1])
    }
    return Gathered(
        systems=(),
        contexts=contexts,
        missing={},
        caveats=_caveats(path.parent),
        kind=KIND,
        labelled={
            identifier: LabelledPersona(
                levels={trait: by_persona[context.persona].levels[trait] for trait in asked},
                weight=1 / (1 - prod(1 - share[trait, by_persona[context.persona].levels[trait]] for trait in asked)),
            )
            for identifier, context in contexts.items()
        },
        labels={corpus: digest_of_file(path)},
    )


def _share_drawn(
    labels: Sequence[PersonaLabels], traits: Sequence[str], per_level: int
) -> Mapping[tuple[str, str], float]:
    """Of each trait and level the share of its personas that is drawn."""
    sizes: dict[tuple[str, str], int] = {}
    for each in labels:
        for trait in traits:
            key = (trait, each.levels[trait])
            sizes[key] = sizes.get(key, 0) + 1
    return {key: min(per_level, size) / size for key, size in sizes.items()}


def _caveats(folder: Path) -> tuple[str, ...]:
    """What must be said of the labels: a corpus's other caveats are of its dialogues, which nobody is shown."""
    return tuple(each for each in caveats_of([folder]) if "labelled" in each)


__all__ = ["KIND", "find_labels", "gather_personas", "label_study_file", "levels_in"]
