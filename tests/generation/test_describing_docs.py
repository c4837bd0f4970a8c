"""`docs/describing.md` says what is true."""

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from generation.corpus.distinctive import FALSE_DISCOVERIES, FEWEST_SPEAKERS, PRIOR_SPEAKERS, SHOWN, TABLE
from generation.corpus.lexical import BLOCK
from generation.corpus.measures import MOVING_WINDOW
from generation.corpus.rates import FEWEST_CLUSTERS
from generation.corpus.repetition import PHRASE, SAMPLE
from generation.corpus.sketches import SIZE
from generation.corpus.summary import SEED, WINDOW
from generation.describing.differences import GROUPS, RESAMPLES
from generation.describing.rows import ROWS
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "describing.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())


@pytest.mark.parametrize("line", re.findall(r"^manage\.py (.*)$", TEXT, re.MULTILINE))
def test_every_command_has_the_options_that_are_shown(line):
    name, *words = shlex.split(line)

    command = load_command_class(get_commands()[name], name)

    assert command.create_parser("manage.py", name).parse_args(words)


def test_every_measure_is_defined():
    defined = TEXT.partition("### What is measured")[2].partition("### Leakage")[0].lower()

    by_hand = {"turns per dialogue", "words per turn", "distinct-1 (type-token ratio)", "turns that end with ?"}
    signs = {"offers of help", "delight", "formulas", "lists"}
    headings = {measure.heading.strip() for measure in ROWS.values()} - by_hand - signs
    missing = [heading for heading in headings if heading.partition(" in 1,")[0].lower() not in defined]
    assert missing == []


@pytest.mark.parametrize(
    "sentence",
    [
        f"every window of {MOVING_WINDOW} tokens within one dialogue",
        f"compare them in windows of {WINDOW:,} tokens",
        f"another dialogue of a sample of {SAMPLE:,}",
        f"{PHRASE}-grams of another dialogue",
        f"weighs as much as {PRIOR_SPEAKERS} speakers. N-grams said by at least {FEWEST_SPEAKERS} speakers are tested",
        f"Benjamini and Hochberg's correction at {FALSE_DISCOVERIES}",
        "shows ten of each level" if SHOWN == 10 else "",
        f"none below {FEWEST_CLUSTERS} clusters",
        f"({RESAMPLES:,} resamples of persona pairs, both sides together, percentiles, seed {SEED})",
        f"Above {GROUPS:,} persona pairs",
        f"exactly up to {2 * SIZE:,}; beyond, estimated from the {SIZE:,} smallest hashes",
        f"in blocks of {BLOCK:,} tokens",
        f"{TABLE:,} to {2 * TABLE:,}; the rarer are forgotten",
    ],
)
def test_every_number_is_the_one_in_the_code(sentence):
    assert sentence
    assert sentence in FLAT
