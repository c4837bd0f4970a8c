"""Studies from uploads: bounded, with every wrong line told, and nothing read that was not uploaded."""

import gzip
import io
import json
import tempfile
from dataclasses import fields

import pytest

from evaluation.drafts.uploading import TooLarge, UploadError, UploadRefused, create_from_files
from evaluation.models import Membership, Study
from evaluation.opening.importing import NameTaken
from evaluation.study_files.study_file import StudyFile
from evaluation.study_files.study_problems import KNOWN
from evaluation.study_files.uploaded_files import LARGEST_FILE, LARGEST_STUDY_FILE, MOST_FILES
from tests.cast import DOV, NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator
from tests.evaluation.files import STUDY, a_line, named_responses
from tests.evaluation.uploads import TWO, as_lines, responses_of, two_files

pytestmark = pytest.mark.django_db


def made(files, name="upload", owner=None):
    return create_from_files(name=name, files=files, owner=owner or a_researcher(), now=NOW)


def refused(files) -> list[str]:
    with pytest.raises(UploadRefused) as raised:
        made(files)
    assert not Study.objects.filter(name="upload").exists()
    return [str(each) for each in raised.value.errors]


def test_a_study_and_the_files_that_it_names(parley_home):
    created = made(two_files())

    assert created.state == "created"
    assert created.items == 6
    assert list(created.study.systems.order_by("position").values_list("name", flat=True)) == ["p", "pt"]
    assert created.study.memberships.get().role == Membership.Role.OWNER


def test_open_files_are_as_good_as_bytes(parley_home):
    created = made([(name, io.BytesIO(content)) for name, content in two_files().items()])

    assert created.items == 6


def test_nothing_is_left_behind(parley_home, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    refused(two_files(TWO.replace('"pt.jsonl"', '"other.jsonl"')))
    made(two_files())

    assert list(tmp_path.glob("parley-*")) == []


def test_texts_checks_and_practice_come_from_the_upload(parley_home):
    pairs = as_lines(
        {
            "context": {"id": f"k{number}", "turns": ["hi !", "how was your week ?"]},
            "right": "long .",
            "wrong": "at 7 .",
        }
        for number in range(2)
    )
    toml = TWO + '[text]\nconsent = "./consent.md"\n[checks]\nshare = 0.2\nfile = "checks.jsonl"\n'

    created = made(two_files(toml, consent__md=b"I agree.", checks__jsonl=pairs))

    assert created.study.consent == "I agree."
    assert created.checks == 2


def test_every_wrong_line_is_told_with_its_number(parley_home):
    lines = [json.dumps(a_line("pt", number)) for number in range(6)]
    lines[1] = "{not json"
    lines[3] = json.dumps({**a_line("pt", 3), "response": 7})
    lines[5] = lines[0]

    errors = refused(two_files(pt__jsonl="\n".join(lines).encode()))

    assert errors == [
        "pt.jsonl:2: not JSON: Expecting property name enclosed in double quotes at column 2",
        "pt.jsonl:4: response: expected a string, got 7",
        "pt.jsonl:6: 'pt' answered 'personachat/test/00000#3' already, on line 1",
    ]


def test_all_that_is_wrong_in_study_toml_is_told_at_once(parley_home):
    toml = """\
responses = ["p.jsonl", "pt.jsonl"]
judgments_per_pair = 0
colour = "blue"

[[criteria]]
key = "naturalness"
scale = "stars"

[pay]
per_hour = -3
"""
    assert refused(two_files(toml)) == [
        "study.toml:1: title: 'title' is missing",
        "study.toml:2: judgments_per_pair: expected a whole number of at least 1 and at most 1000, got 0",
        "study.toml:3: colour: unknown key",
        "study.toml:7: criteria[1].scale: expected one of preference, preference5, rating, label, got 'stars'",
        "study.toml:9: pay.currency: 'currency' is missing",
        "study.toml:10: pay.per_hour: expected an amount of money above 0, got -3",
    ]


@pytest.mark.parametrize("named", ["/etc/passwd", "../p.jsonl", "~/p.jsonl", "a/../../p.jsonl", "./../p.jsonl", "gone"])
def test_nothing_but_uploads_is_opened(parley_home, named):
    errors = refused(two_files(TWO.replace("p.jsonl", named, 1)))

    assert errors == [
        f"study.toml:2: responses: expected the name of an uploaded file or a name under responses/ here, "
        f"got {named!r}; there: p.jsonl, pt.jsonl"
    ]


@pytest.mark.parametrize("key", ["text.consent", "text.end", "text.instructions", "checks.file", "practice.file"])
def test_no_text_of_this_machine_is_read(parley_home, tmp_path, key):
    (tmp_path / "secret.md").write_text("the key to everything")
    table, name = key.split(".")
    share = "share = 0.1\n" if table == "checks" else ""

    errors = refused(two_files(TWO + f'[{table}]\n{share}{name} = "{tmp_path}/secret.md"\n'))

    assert len(errors) == 1
    assert f"{key}: expected the name of an uploaded file, got" in errors[0]
    assert "key to everything" not in errors[0]


@pytest.mark.parametrize(
    "toml",
    [
        'kind = "persona"\npersonas = "../../etc"\n',
        'kind = "dialogues"\ndialogues = ["a=/etc", "b=corpus"]\n',
    ],
)
def test_no_corpus_outside_the_home_is_read(parley_home, toml):
    errors = refused({"study.toml": f'title = "T"\n{toml}[[criteria]]\nkey = "openness"\nquestion = "?"\n'.encode()})

    assert any("expected the name of a corpus" in each for each in errors)


def test_a_key_that_nobody_has_thought_about_is_refused_in_an_upload():
    """Whoever adds a key to study.toml says in `study_problems` what it opens."""
    of_the_file = {each.name for each in fields(StudyFile)} - {"folder", "name", "consent", "instructions", "end"}

    assert of_the_file <= KNOWN | {"text"}


def test_responses_of_the_server_may_be_compared_with_uploads(parley_home):
    named_responses(parley_home, "p-tiny", [a_line("p-tiny", number) for number in range(6)])

    created = made(
        {
            "study.toml": STUDY.replace('"p"', '"p-tiny"').replace('"pt"', '"pt.jsonl"').encode(),
            "pt.jsonl": responses_of("pt"),
        }
    )

    assert list(created.study.systems.order_by("position").values_list("name", flat=True)) == ["p-tiny", "pt"]


def test_an_upload_stands_before_what_has_its_name_on_the_server(parley_home):
    named_responses(parley_home, "p.jsonl", [a_line("old", number) for number in range(6)])

    created = made(two_files())

    assert set(created.study.systems.values_list("name", flat=True)) == {"p", "pt"}


def test_files_that_do_not_fit_together_are_refused_without_a_path(parley_home):
    other = responses_of("pt", turns=[{"speaker": 0, "text": "goodbye"}])

    errors = refused(two_files(pt__jsonl=other))

    assert len(errors) == 1
    assert "in p.jsonl and in pt.jsonl" in errors[0]
    assert "/" not in errors[0].replace("personachat/test/00000#3", "")


def test_the_same_file_twice_is_told(parley_home):
    assert refused(two_files(pt__jsonl=responses_of("p"))) == [
        "pt.jsonl and p.jsonl are the same file, byte for byte: is one of them the wrong one?"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../a.jsonl",
        "a/b.jsonl",
        "a\\b.jsonl",
        "a\0.jsonl",
        ".hidden",
        "..",
        "",
        "a" * 121,
        "con.jsonl",
        "a.jsonl.",
        "é",
    ],
)
def test_a_name_that_could_be_a_path_is_refused(parley_home, name):
    with pytest.raises(UploadRefused, match="expected a file name"):
        made({**two_files(), name: b"{}"})


def test_too_much_is_refused(parley_home):
    with pytest.raises(TooLarge, match="at most 40 files"):
        made({f"f{number}.md": b"x" for number in range(MOST_FILES + 1)})
    with pytest.raises(TooLarge, match=r"study\.toml: expected at most 200,000 bytes"):
        made(two_files("#" * (LARGEST_STUDY_FILE + 1)))
    with pytest.raises(TooLarge, match=r"p\.jsonl: expected at most 32,000,000 bytes, got more"):
        made(two_files(p__jsonl=b" " * (LARGEST_FILE + 1)))


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(parley_home):
    bomb = gzip.compress(b"0" * (LARGEST_FILE + 1))
    assert len(bomb) < 100_000

    with pytest.raises(TooLarge, match="once unpacked"):
        made(two_files(p__jsonl__gz=bomb))


def test_gzipped_responses_are_taken(parley_home):
    files = two_files(TWO.replace("p.jsonl", "p.jsonl.gz", 1))
    files["p.jsonl.gz"] = gzip.compress(files.pop("p.jsonl"))

    assert made(files).items == 6


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[" * 5000, "nests deeper than a response does"),
        ('{"a": ' * 50 + "1" + "}" * 50, "nests deeper than a response does"),
        ('{"response": "' + "x" * 600_000 + '"}', "expected at most 500,000 characters on a line"),
        ("9" * 5000, "not JSON that can be read"),
        ('"\\ud800"', "lone surrogate"),
    ],
)
def test_lines_that_would_hurt_are_refused(parley_home, line, said):
    errors = refused(two_files(pt__jsonl=responses_of("pt") + line.encode()))

    assert errors[0].startswith("pt.jsonl:7: ")
    assert said in errors[0]


@pytest.mark.parametrize(
    "toml", ["a = " + "[" * 90_000, "a." * 60_000 + "b = 1", "[" + "a." * 60_000 + "b]", "\xff = 1"]
)
def test_a_study_file_that_would_hurt_is_refused_at_once(parley_home, toml):
    assert refused({**two_files(), "study.toml": toml.encode("latin-1")})


def test_without_a_study_file_there_is_no_study(parley_home):
    files = two_files()
    del files["study.toml"]

    assert refused(files) == ["expected a file called study.toml, got p.jsonl, pt.jsonl"]


def test_somebody_elses_study_is_neither_joined_nor_replaced_nor_told_of(parley_home):
    made(two_files(), owner=a_researcher(DOV))

    with pytest.raises(NameTaken, match=r"^the name 'upload' is taken: give this study another one$"):
        made(two_files())

    assert [each.researcher.email for each in Study.objects.get(name="upload").memberships.all()] == [DOV]


def test_ones_own_draft_is_replaced_until_somebody_joins(parley_home):
    made(two_files())
    changed = two_files(TWO + "\n[pay]\nper_hour = 12\ncurrency = 'EUR'\n")

    assert made(changed).state == "replaced"

    an_annotator(Study.objects.get(name="upload"))
    with pytest.raises(NameTaken, match="1 annotators have joined it"):
        made(two_files())


def test_a_reader_of_a_study_does_not_replace_it(parley_home):
    study = a_study("upload", state=Study.State.DRAFT)
    Membership.objects.create(study=study, researcher=a_researcher(), role=Membership.Role.READER)

    with pytest.raises(NameTaken, match="is taken"):
        made(two_files())


def test_an_error_says_where_in_words():
    assert str(UploadError("a.jsonl", 3, "x")) == "a.jsonl:3: x"
    assert str(UploadError("a.jsonl", None, "x")) == "a.jsonl: x"
    assert str(UploadError("", None, "x")) == "x"
