"""A study from files of responses alone: the questions that come with Parley, and its defaults for everything else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evaluation.material.gathering import Gathered
from evaluation.study_files.study_file import ChosenContexts, StudyCriterion, StudyFile
from evaluation.study_files.telling_table import NO_ETHICS
from evaluation.study_files.wording import WORDINGS, bundled_text
from generation.corpus.traits import adjectives, stated

# More than that is rarely judged; the study file says how to ask for another number.
MOST_PER_DOMAIN: Final = 100


def study_of(
    gathered: Gathered,
    *,
    responses: Sequence[str],
    folder: Path,
    title: str | None = None,
    per_domain: int = MOST_PER_DOMAIN,
    judgments_per_pair: int = StudyFile.judgments_per_pair,
    ethics: str = NO_ETHICS,
) -> StudyFile:
    """The study of what was gathered from `responses`: naturalness, coherence, and traits where any is stated."""
    with_traits = any(
        adjectives(trait, level)
        for context in gathered.contexts.values()
        for trait, level in stated(context.traits).items()
    )
    asked = [key for key, wording in WORDINGS.items() if with_traits or not wording.needs]
    return StudyFile(
        folder=folder,
        title=title or " against ".join(each.system for each in gathered.systems),
        responses=tuple(responses),
        contexts=ChosenContexts(per_domain=per_domain, balance=("speaker", "depth")),
        judgments_per_pair=judgments_per_pair,
        criteria=tuple(
            StudyCriterion(
                key=key,
                name=WORDINGS[key].name,
                question=WORDINGS[key].question,
                help=WORDINGS[key].help,
                needs=WORDINGS[key].needs,
                after=tuple(each for each in asked if not WORDINGS[each].needs) if WORDINGS[key].needs else (),
            )
            for key in asked
        ),
        ethics=ethics,
        consent=bundled_text("consent"),
        instructions=bundled_text("instructions"),
        end=bundled_text("end"),
    )
