"""`[trait_words]` of a study file: the words in which a study says a trait at a level, in place of those of Parley."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from evaluation.study_files.item_kinds import Kind
from evaluation.study_files.toml_table import TomlTable
from generation.corpus.traits import FIVE_LEVELS, TRAITS, UNCLEAR

# Language -> trait -> level -> the words.
TraitWords = dict[str, dict[str, dict[str, str]]]
TABLE: Final = "trait_words"
TRAIT_WORDS: Final = "{trait_words}"
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# Of what is not stated nothing is said.
LEVELS_SAID: Final = tuple(each for each in FIVE_LEVELS if each != UNCLEAR)
LONGEST_WORDS: Final = 200


def trait_words_in(table: TomlTable, *, language: str, kind: Kind, spoken: bool) -> TraitWords:
    """The study's own words by language, trait and level; those of no named language are in the study's.

    `spoken` is whether any question speaks of a trait. Raises `BadToml` for a key that is none, with what was expected.
    """
    if not table.has(TABLE):
        return {}
    said = table.table(TABLE)
    words: TraitWords = {}
    keys = said.keys()
    for key in keys:
        if key in TRAITS:
            _put(words, language, key, said.table(key))
            continue
        if not LANGUAGE.fullmatch(key):
            raise said.bad(key, f"expected a trait ({', '.join(TRAITS)}) or a language's tag, such as de")
        of_language = said.table(key)
        traits = of_language.keys()
        for trait in traits:
            if trait not in TRAITS:
                raise of_language.bad(trait, f"expected one of the traits {', '.join(TRAITS)}")
            _put(words, key, trait, of_language.table(trait))
    if words and kind == "persona":
        raise table.bad(TABLE, 'goes with kind = "pair" or "dialogues": no trait is shown where it is what is asked')
    if words and not spoken:
        raise table.bad(TABLE, f"nobody would read them: no question speaks of {TRAIT_WORDS}")
    return words


def _put(words: TraitWords, language: str, trait: str, table: TomlTable) -> None:
    levels = table.keys()
    for level in levels:
        if level not in LEVELS_SAID:
            raise table.bad(level, f"expected one of the levels {', '.join(LEVELS_SAID)}")
        kept = words.setdefault(language, {}).setdefault(trait, {})
        if level in kept:
            raise table.bad(level, f"{trait} at {level} has its words twice: once more where {language} is named")
        said = table.string(level).strip()
        if problem := problem_with(said):
            raise table.bad(level, problem)
        kept[level] = said


def problem_with(words: str) -> str:
    """What is wrong with words for a trait; empty where nothing is."""
    if len(words) > LONGEST_WORDS:
        return f"expected at most {LONGEST_WORDS} characters, got {len(words)}"
    if "\n" in words or "\r" in words:
        return "expected one line: the words stand inside a question"
    if "{" in words or "}" in words:
        return "expected words alone: nothing in braces is filled in here"
    return ""


def with_words(words: Mapping[str, Any], language: str, trait: str, level: str, said: str) -> TraitWords:
    """The same words but for those of one trait at one level; without them where nothing is `said`."""
    changed: TraitWords = {}
    kept = dict(flat(words)) | {f"{TABLE}.{language}.{trait}.{level}": said}
    for key, text in kept.items():
        _, tag, of, at = key.split(".")
        if text:
            changed.setdefault(tag, {}).setdefault(of, {})[at] = text
    return changed


def flat(words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each of the words with its key, as an amendment names it: `trait_words.de.extraversion.high`."""
    for language, traits in words.items():
        for trait, levels in traits.items():
            for level, said in levels.items():
                yield f"{TABLE}.{language}.{trait}.{level}", said


def as_toml(words: TraitWords, *, language: str) -> dict[str, Any]:
    """The table again, with the study's own language left unnamed."""
    own = words.get(language, {})
    return {**own, **{key: traits for key, traits in words.items() if key != language}}
