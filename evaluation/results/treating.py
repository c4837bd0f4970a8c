"""How a study treated its annotators, and what is known of its material, as its export and its report say it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evaluation.annotators.background import QUESTIONS, asks_background, background_of
from evaluation.items.form_check import form_of, form_warnings
from evaluation.items.questions import own_words
from evaluation.judging.passed_over import skipped_pairs, skips_of_annotators
from evaluation.models import Study
from evaluation.stats.data.conduct import Conduct, SkippedPair
from evaluation.study_files.telling_table import NO_ETHICS, ONE_PER_PAGE
from generation.corpus.traits import FIVE_LEVELS, TRAITS


def conduct_of(study: Study, *, measured: bool = True) -> Conduct:
    """The conduct of `study`; not `measured`, without what takes reading every response."""
    return Conduct(
        layout=study.layout,
        content_warning=study.content_warning,
        may_skip=study.may_skip,
        ethics=study.ethics,
        skips=skips_of_annotators(study) if study.may_skip else {},
        skipped_pairs=skipped_pairs(study) if study.may_skip else (),
        background=background_of(study),
        form=form_of(study) if measured else (),
        trait_words=_own_words(study),
    )


def _own_words(study: Study) -> dict[str, dict[str, str]]:
    """Those that were read: in the study's language, for a trait at a level."""
    own = {trait: {level: own_words(study, trait, level) for level in FIVE_LEVELS} for trait in TRAITS}
    said = {trait: {level: words for level, words in levels.items() if words} for trait, levels in own.items()}
    return {trait: levels for trait, levels in said.items() if levels}


@dataclass(frozen=True)
class MaterialSeen:
    """What a study's page says of its material and of how people are treated; skipped pairs stand without systems."""

    warnings: tuple[str, ...]
    lines: tuple[str, ...]
    skips: int
    skippers: tuple[tuple[str, int], ...]
    skipped: tuple[SkippedPair, ...]


def material_seen(study: Study) -> MaterialSeen:
    """It for researchers, while the study is planned and while it runs; nothing in it rests on a judgment."""
    found = conduct_of(study)
    skipped = [replace(each, first="", second="") for each in found.skipped_pairs]
    return MaterialSeen(
        warnings=form_warnings(found.form, display=study.display),
        lines=tuple(_lines(study, found)),
        skips=sum(found.skips.values()),
        skippers=tuple(sorted(found.skips.items(), key=lambda each: (-each[1], each[0]))),
        skipped=tuple(skipped),
    )


def _lines(study: Study, found: Conduct) -> Iterator[str]:
    shown = "one function closes spaces and sets capitals" if study.display == "detokenised" else "as it came"
    yield f"Displayed: {shown}, for every system and the history alike; the raw text is kept."
    for each in found.form:
        if each.accuracy is not None:
            yield (
                f"Form alone tells {each.first} from {each.second} in {each.accuracy:.0%} of {each.pairs:,} pairs (95 "
                f"% interval {each.low:.0%} to {each.high:.0%}); one half is chance."
            )
    controls = study.items.exclude(control="").count()
    if controls:
        yield f"{controls:,} pairs test the instrument and enter no result."
    for trait, levels in found.trait_words.items():
        for level, words in levels.items():
            yield f"In its own words, {trait} at {level} is: {words}"
    if study.layout == ONE_PER_PAGE:
        yield "Questions come one at a time."
    if found.content_warning:
        yield f"Warned of before the consent: {found.content_warning}"
    if found.may_skip and not found.skips:
        yield "Pairs can be passed over without penalty; nobody did so yet."
    asked = asks_background(study)
    if asked:
        names = ", ".join(QUESTIONS[key].name.lower() for key in asked)
        yield f"The background page asks: {names}. Its answers are counted once the study is closed."
    ethics = {"": "not stated yet", NO_ETHICS: "none, as stated"}.get(found.ethics, found.ethics)
    yield f"Ethics approval: {ethics}."
