"""`docs/generating.md` and `docs/formats.md` say what is true."""

import json
import re
import shlex
from io import StringIO

import pytest
from django.core.management import call_command, get_commands, load_command_class

from generation.corpus.dialogues import dialogue_from_json, read_dialogues
from generation.labels.label_sampling import draw_sample
from generation.labels.labelling import labels_from_json
from generation.offline.labelling import label
from generation.personachat.forms import READERS
from generation.sieving.filters import FILTERS, Fault, defaults, measured
from generation.sieving.screening import Rejection
from tests.builders import a_dialogue
from tests.conftest import ROOT

GENERATING = (ROOT / "docs" / "generating.md").read_text(encoding="utf-8")
FORMATS = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def commands(block: str) -> list[list[str]]:
    """The words of each `manage.py` line."""
    return [shlex.split(line)[1:] for line in block.splitlines() if line.startswith("manage.py ")]


BLOCKS = re.findall(r"```\n(.*?)```", GENERATING, re.DOTALL)


def test_the_first_commands_run_as_they_stand(parley_home, monkeypatch):
    monkeypatch.chdir(ROOT)

    for name, *words in commands(BLOCKS[0]):
        call_command(name, *words, "--quiet", stdout=StringIO(), stderr=StringIO())

    cut, distilled = (list(read_dialogues(parley_home / "corpora" / name)) for name in ("crowd-cut", "distilled"))
    assert len(cut) == len(distilled) == 330
    assert {each.origin: each.split for each in cut} == {each.origin: each.split for each in distilled}


@pytest.mark.parametrize("words", [words for block in BLOCKS for words in commands(block)], ids=" ".join)
def test_every_command_has_the_options_that_are_shown(words):
    command = load_command_class(get_commands()[words[0]], words[0])

    assert command.create_parser("manage.py", words[0]).parse_args(words[1:])


def test_every_option_in_the_table_exists_with_its_default():
    parser = load_command_class("generation", "generate").create_parser("manage.py", "generate")
    rows = re.findall(r"^\| `(--[a-z-]+)(?: ([^`]+))?` \|", GENERATING, re.MULTILINE)

    assert len(rows) > 8
    for option, example in rows:
        value = ["5" if example == "N" else example] if example else []
        chosen = vars(parser.parse_args(["--personas", "a", "--to", "b", option, *value]))
        default = vars(parser.parse_args(["--personas", "a", "--to", "b"]))
        key = option[2:].replace("-", "_")
        # A number in the table is the default; a flag or a word in capitals changes something.
        assert (chosen[key] == default[key]) == bool(re.fullmatch(r"[\d.]+", example)), option


def test_the_example_of_a_dialogue_is_one():
    block = re.search(r"```json\n(.*?)```", FORMATS.partition("## Dialogues")[2], re.DOTALL)
    assert block

    dialogue = dialogue_from_json(json.loads(block[1]))

    assert dialogue.origin == "personachat/train/00017"


def test_the_keys_of_labels_are_those_that_are_shown():
    shown = FORMATS.partition("## Labels")[2].partition("## Failures")[0]
    line = label(("i am shy.", "i ski.")).as_json()

    assert labels_from_json(line).as_json() == line
    assert all(f'"{key}"' in shown for key in (*line, *line["traits"]["extraversion"]))
    assert line["traits"]["extraversion"]["reason"] == 'probably low, given "shy"'


def test_the_example_of_a_key_has_the_keys_of_one():
    block = re.search(r"```json\n(.*?)```", FORMATS.partition("### Labels for people to check")[2], re.DOTALL)
    assert block
    (drawn, *_) = draw_sample([label(("i ski.",))], corpus="personalitychat", per_cell=1, seed=7)

    assert list(json.loads(block[1])) == list(drawn.as_key())
    assert all(f"`{key}`" in FORMATS for key in drawn.for_people())


def test_every_form_is_in_the_table():
    table = FORMATS.partition("## Import")[2]

    assert set(re.findall(r"\(`(\w+)`\) \|", table)) == set(READERS)


def test_the_example_of_a_rejected_dialogue_has_the_keys_of_one():
    block = re.search(r"```json\n(.*?)```", FORMATS.partition("## Rejected dialogues")[2], re.DOTALL)
    assert block
    shown = json.loads(block[1])

    rejection = Rejection(a_dialogue(), Fault("leakage", 0.41, "0.41 is over 0.25"), measured(a_dialogue()))

    assert list(rejection.as_json()) == list(shown)
    assert list(rejection.as_json()["measures"]) == list(shown["measures"])


def test_the_defaults_of_the_filters_are_those_of_the_table():
    rows = re.findall(r"^\| `([a-z]+)` \| .* \| (0\.\d+|not used) \|$", GENERATING, re.MULTILINE)

    assert [name for name, _ in rows] == list(FILTERS)
    assert {name: float(threshold) for name, threshold in rows if threshold != "not used"} == dict(defaults())
