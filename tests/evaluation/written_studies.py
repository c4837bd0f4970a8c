"""Every study file there could be, for properties; a field of one that nobody speaks of is told."""

from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from evaluation.stats.data.declared import Contrast, Hypothesis, Plan, Side
from evaluation.study_files.checks_table import Checks, KnownPair, Pay, Practice
from evaluation.study_files.heds_questions import BY_WORD
from evaluation.study_files.recruiting import Recruiting
from evaluation.study_files.study_file import BALANCED, EXTRA_ANSWERS, ChosenContexts, StudyCriterion, StudyFile
from evaluation.study_files.telling_table import BACKGROUND, LAYOUTS, REASONS, Controls
from generation.corpus.dialogues import Turn
from generation.corpus.traits import FIVE_LEVELS, TRAITS
from training.data.responses import Context

# Whatever a person may type, in any script; a file's reader turns a carriage return into a line's end.
words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)
plain_words = words.filter(lambda text: "{trait_words}" not in text)
names = st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True)
shares = st.floats(0.001, 1.0, allow_nan=False)
amounts = st.decimals(Decimal("0.01"), Decimal(9999), places=2).map(lambda each: Decimal(str(float(each))))


def every(made: type, /, **said: Any) -> st.SearchStrategy[Any]:
    """Instances of a dataclass; a field that nobody speaks of is told, so that none is forgotten."""
    unsaid = {each.name for each in fields(made)} - set(said)
    assert not unsaid, f"say here what {made.__name__}.{', '.join(sorted(unsaid))} may be, and write it in study_toml"
    return st.builds(
        made, **{name: each if isinstance(each, st.SearchStrategy) else st.just(each) for name, each in said.items()}
    )


def some(of: st.SearchStrategy[Any], *, least: int = 0, most: int = 3) -> st.SearchStrategy[Any]:
    """A few of them, each once."""
    return st.lists(of, min_size=least, max_size=most, unique=True).map(tuple)


def contexts(ident: str) -> st.SearchStrategy[Context]:
    turns = st.lists(st.builds(Turn, st.sampled_from((0, 1)), words), min_size=1, max_size=3).map(tuple)
    return every(
        Context,
        id=ident,
        cluster=words,
        domain=words,
        speaker=st.sampled_from((0, 1)),
        persona=some(words),
        traits=st.dictionaries(st.sampled_from(TRAITS), st.sampled_from(FIVE_LEVELS)),
        turns=turns,
        partner_persona=some(words),
    )


def known_pairs(count: int) -> st.SearchStrategy[Any]:
    return st.tuples(
        *(
            every(
                KnownPair,
                context=contexts(f"k{number}"),
                right=words,
                wrong=words,
                why=st.just("") | words,
                right_turns=(),
                wrong_turns=(),
            ).filter(lambda each: each.right != each.wrong)
            for number in range(count)
        )
    )


@st.composite
def criteria(draw: Any, kind: str, keys: list[str]) -> tuple[StudyCriterion, ...]:
    """The first compares and waits for nothing, where replies are compared; the last may ask about traits."""
    made = []
    plain: list[str] = []
    for number, key in enumerate(keys):
        scales = ("rating", "label") if kind == "persona" else ("preference", "preference5", "rating", "label")
        scale = draw(st.sampled_from(scales[:2] if number == 0 and kind != "persona" else scales))
        later = number > 0 and draw(st.booleans())
        needs = "traits" if later and kind != "persona" and draw(st.booleans()) else ""
        options = {
            "label": some(plain_words, least=2, most=4),
            "rating": some(st.just("cannot_judge"), most=1),
        }.get(scale, some(st.sampled_from(EXTRA_ANSWERS)))
        low = draw(st.integers(0, 3)) if scale == "rating" else None
        made.append(
            draw(
                every(
                    StudyCriterion,
                    key=key,
                    name=plain_words,
                    question=plain_words.map(lambda text, needs=needs: text + (" {trait_words}" if needs else "")),
                    help=st.just("") | words,
                    scale=scale,
                    options=options,
                    low=low,
                    high=None if low is None else st.integers(low + 1, 10),
                    ends=(some(words, least=2, most=2) | st.just(())) if low is not None else (),
                    needs=needs,
                    after=tuple(plain) if needs else some(st.sampled_from(plain), least=1) if later else (),
                    reason=st.sampled_from(("", *REASONS)),
                )
            )
        )
        if not later:
            plain.append(key)
    # Who waits for all that are plain waits for those that come after it too.
    return tuple(each if not each.needs else StudyCriterion(**{**vars(each), "after": tuple(plain)}) for each in made)


def sides() -> st.SearchStrategy[Side]:
    trait = st.sampled_from(TRAITS)
    return every(Side, better=names, than=names, domain=words, trait=trait, level=words).filter(
        lambda side: side.better != side.than
    )


def plans(keys: list[str], *, rule: str, compares: bool) -> st.SearchStrategy[Plan]:
    key = st.sampled_from(keys)
    hypothesis = every(
        Hypothesis,
        criterion=key,
        domain=words,
        better=words,
        than=st.just("") | words,
        margin=st.none() | shares,
        after_judgments=0,
    )
    contrast = every(Contrast, criterion=key, side=sides(), minus=sides(), after_judgments=0).filter(
        lambda each: each.side != each.minus
    )
    ruled = (rule,) if rule else ()
    declared = every(
        Plan,
        declared=True,
        annotators=st.sampled_from(("these", "population")),
        alpha=st.floats(0.001, 0.999),
        hypotheses=some(hypothesis, least=1) if compares else (),
        contrasts=some(contrast, most=2) if compares else (),
        looks=st.lists(st.floats(0.01, 0.99), max_size=3, unique=True).map(sorted).map(tuple) if compares else (),
        exclusions=some(st.sampled_from(("median_seconds < 4", "median_seconds <= 2.5")), most=2).map(
            lambda rules: (*ruled, *rules)
        ),
    )
    return st.just(Plan(exclusions=ruled)) | declared


def trait_words(language: str) -> st.SearchStrategy[Any]:
    """Words for some traits, in the study's language: one line without braces, as the form has it."""
    line = words.map(lambda text: " ".join(text.split())).filter(lambda text: text and not {"{", "}"} & set(text))
    levels = st.dictionaries(st.sampled_from(("high", "low")), line, min_size=1)
    traits = st.dictionaries(st.sampled_from(TRAITS), levels, min_size=1, max_size=2)
    return st.just({}) | traits.map(lambda said: {language: said})


@st.composite
def study_files(draw: Any, folder: Path) -> StudyFile:
    """A study file of any kind, as its reader gives it."""
    kind = draw(st.sampled_from(("pair", "dialogues", "persona")))
    keys = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    asked = draw(criteria(kind, keys))
    language = draw(st.sampled_from(("en", "de", "pt-BR")))
    plain = [each.key for each in asked if not each.after and not each.needs and each.scale.startswith("preference")]
    known = some(st.sampled_from(plain or ["-"]), least=1)
    own = kind == "pair"
    checks = practice = None
    if kind != "persona":
        pairs = draw(known_pairs(draw(st.integers(2, 3))) if own and draw(st.booleans()) else st.just(()))
        failing = st.none() | st.integers(2, 2 if pairs else 5)
        share = st.floats(0.01, 0.5)
        checks = draw(st.none() | every(Checks, share=share, criteria=known, pairs=st.just(pairs), fail_after=failing))
        of_practice = draw(known_pairs(2) if own and draw(st.booleans()) else st.just(()))
        count = len(of_practice) or draw(st.integers(1, 20))
        practice = draw(
            st.none()
            | every(
                Practice,
                pairs=count,
                passing=st.integers(1, count),
                tries=st.integers(2, 10),
                criteria=known,
                known=st.just(of_practice),
            )
        )
    either = st.sampled_from(("per_judgment", "per_hour"))
    pay = st.none() | st.builds(
        lambda key, amount, floor: Pay(**{"currency": "EUR", "floor": floor, key: amount}),
        either,
        amounts,
        st.none() | amounts,
    )
    codes = st.lists(st.from_regex(r"[A-Za-z0-9]{4,12}", fullmatch=True), min_size=3, max_size=3, unique=True)
    recruiting = st.none() | st.just(Recruiting("mturk")) | codes.map(lambda three: Recruiting("prolific", *three))
    controls = st.none() | every(
        Controls, aa_share=st.floats(0.01, 0.5), ceiling_share=st.floats(0, 0.5), samples=some(words, least=1)
    )
    chosen = (
        every(
            ChosenContexts,
            per_level=st.integers(1, 99),
            seed=st.integers(0, 2**63 - 1),
            per_domain=None,
            per_cluster=1,
            balance=(),
        )
        if kind == "persona"
        else every(
            ChosenContexts,
            per_domain=st.none() | st.integers(1, 10**6),
            per_cluster=st.integers(1, 99),
            balance=some(st.sampled_from(BALANCED)) if kind == "pair" else (),
            seed=st.integers(0, 2**63 - 1),
            per_level=None,
        )
    )
    return draw(
        every(
            StudyFile,
            folder=folder,
            name=folder.name,
            title=words,
            responses=some(words, least=1) if kind == "pair" else (),
            dialogues=some(words, least=2) if kind == "dialogues" else (),
            personas=words if kind == "persona" else "",
            show=some(st.just("personas")) if kind == "dialogues" else (),
            kind=kind,
            criteria=st.just(asked),
            public_title=words,
            language=language,
            trait_words=trait_words(language) if any(each.needs for each in asked) else st.just({}),
            contexts=chosen,
            judgments_per_pair=st.integers(1, 1000),
            max_share=shares,
            repeat_share=st.just(0.0) | shares,
            lease_minutes=st.integers(1, 44640),
            display=st.sampled_from(("detokenised", "as-is")),
            consent=words,
            instructions=words,
            end=words,
            plan=plans(keys, rule=checks.rule if checks else "", compares=kind != "persona"),
            datasheet=st.dictionaries(st.sampled_from((*BY_WORD.values(), f"{keys[0]} 4.1.1", "adjudication")), words),
            checks=st.just(checks),
            practice=st.just(practice),
            pay=pay,
            recruiting=recruiting,
            layout=st.sampled_from(LAYOUTS),
            content_warning=st.just("") | words,
            may_skip=st.booleans(),
            closes=st.sampled_from(("", "2026-12-25T00:00:00+00:00", "2026-12-24T17:30:05+00:00")),
            ethics=st.just("") | words.map(str.strip).filter(lambda text: text.lower() != "none") | st.just("none"),
            background=some(st.sampled_from(BACKGROUND)),
            controls=controls if kind == "pair" else None,
        )
    )
