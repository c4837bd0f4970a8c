"""Looking through corpora: who may, what is shown, what is found, and flags."""

from pathlib import Path

import pytest
from django.test import Client

from evaluation.models import DialogueFlag
from generation.corpus.dialogues import DIALOGUES_FILE, write_dialogues
from generation.corpus.manifest import write_manifest
from tests.builders import a_dialogue
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator
from tests.evaluation.views.people import cleo, dov

pytestmark = pytest.mark.django_db

LEAKY = ("do you still ski?", "yes. how is your truck?", "it runs, and the bread is in the oven.", "lovely.")
FIRST = "human/train/00000"


@pytest.fixture
def two_corpora(parley_home) -> Path:
    """Seven human dialogues; of the first three a distilled version, with traits."""
    human = [a_dialogue(number, corpus="human", split="train" if number < 6 else "test") for number in range(7)]
    human[0] = a_dialogue(0, corpus="human", texts=LEAKY)
    distilled = [
        a_dialogue(
            number,
            corpus="distilled",
            source=f"human/train/{number:05}",
            traits=({"extraversion": "low"} if number == 1 else {}, {"openness": "high"}),
        )
        for number in range(3)
    ]
    for name, dialogues in (("human", human), ("distilled", distilled)):
        folder = parley_home / "corpora" / name
        write_dialogues(folder, dialogues)
        results = {"dialogues": len(dialogues)}
        if name == "distilled":
            results |= {"author": "offline", "caveats": ["written by the offline author"]}
        write_manifest(folder, command="generate", now=NOW, settings={}, inputs={}, results=results)
    return parley_home / "corpora"


def flag_first(browser: Client, **fields: str):
    return browser.post("/corpora/human/flag/", {"dialogue": FIRST, "reason": "leak", **fields})


@pytest.mark.parametrize("address", ["/corpora/", "/corpora/human/", "/corpora/human/flag/"])
def test_nobody_looks_through_corpora_without_signing_in(two_corpora, address):
    annotator = an_annotator(a_study())

    for browser in (Client(), Client(headers={"cookie": f"annotator={annotator.pk}"})):
        answer = browser.post(address) if address.endswith("flag/") else browser.get(address)
        assert answer.status_code == 302
        assert "/account/login/" in answer.headers["Location"]


def test_corpora_are_listed_with_author_size_and_caveats(two_corpora):
    page = cleo().get("/corpora/").text

    assert "7 dialogues" in page
    assert "offline" in page
    assert "written by the offline author" in page


def test_whoever_has_no_corpus_is_told_how_one_is_made(parley_home):
    assert "manage.py import_personachat" in cleo().get("/corpora/").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_corpus_as_for_three(parley_home, count, django_assert_num_queries):
    for number in range(count):
        write_dialogues(parley_home / "corpora" / f"corpus{number}", [a_dialogue()])
    browser = cleo()

    with django_assert_num_queries(3):
        browser.get("/corpora/")


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_as_many_queries_for_one_dialogue_as_for_three(parley_home, count, django_assert_num_queries):
    write_dialogues(parley_home / "corpora" / "human", [a_dialogue(number) for number in range(count)])
    browser = cleo()

    with django_assert_num_queries(3):
        browser.get("/corpora/human/")


def test_a_dialogue_stands_with_personas_turns_and_marks(two_corpora):
    page = cleo().get(f"/corpora/human/?find={FIRST}").text

    assert '<mark class="leak">ski</mark>' in page
    assert '<mark class="own">bread</mark>' in page
    assert "2 leaks" in page
    assert "i grew up on a farm." in page


def test_pages_hold_five_and_lead_on(two_corpora):
    first, last = cleo().get("/corpora/human/").text, cleo().get("/corpora/human/?page=99").text

    assert "Page 1 of 2 · 7 found" in first
    assert "/corpora/human/?page=2" in first
    assert "Page 2 of 2" in last
    assert "human/test/00006" not in last


def test_dialogues_are_found_by_trait_and_level_and_split(two_corpora):
    page = cleo().get("/corpora/distilled/?trait=extraversion&level=low").text

    assert "distilled/train/00001" in page
    assert "distilled/train/00000" not in page
    assert "7 dialogues" in (human := cleo().get("/corpora/human/?split=test").text)
    assert "1 found" in human


def test_the_parallel_version_stands_beside(two_corpora):
    page = cleo().get("/corpora/human/?beside=distilled").text

    assert "distilled/train/00002" in page
    assert page.count("distilled has no dialogue on these personas.") == 2


def test_what_cannot_be_asked_for_is_said_and_everything_shown(two_corpora):
    for query in ("beside=nobody", "trait=charm", "page=zero"):
        answer = cleo().get(f"/corpora/human/?{query}")
        assert answer.status_code == 400
        assert "7 found" in answer.text


@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e", ".hidden", "..%2fcorpora%2fhuman"])
def test_nothing_but_a_corpus_can_be_reached_by_its_name(two_corpora, name):
    (two_corpora / ".hidden").mkdir()
    write_dialogues(two_corpora / ".hidden", [a_dialogue()])

    assert cleo().get(f"/corpora/{name}/").status_code in (302, 404)


def test_hostile_text_is_only_text(parley_home):
    script = "<script>alert(1)</script>"
    persona = (script, "i ski.")
    write_dialogues(
        parley_home / "corpora" / "hostile", [a_dialogue(personas=(persona, persona), texts=(f"{script} ski",))]
    )

    page = cleo().get("/corpora/hostile/").text

    assert script not in page
    assert "&lt;script&gt;" in page


def test_a_corpus_that_cannot_be_read_says_where(two_corpora):
    (two_corpora / "human" / DIALOGUES_FILE).write_text("{}\n", encoding="utf-8")

    answer = cleo().get("/corpora/human/")

    assert answer.status_code == 409
    assert "dialogues.jsonl:1: expected format 1" in answer.text


def test_a_flag_is_put_changed_and_taken_back_by_its_owner(two_corpora):
    flag_first(cleo(), note="knows the truck")
    flag_first(cleo(), reason="unnatural")

    assert [(each.dialogue, each.reason, each.note) for each in DialogueFlag.objects.all()] == [
        (FIRST, "unnatural", "")
    ]
    assert "nobody would say it like this" in cleo().get("/corpora/human/?flagged=on").text

    flag_first(dov(), take_back="on")
    assert DialogueFlag.objects.count() == 1
    flag_first(cleo(), take_back="on")
    assert DialogueFlag.objects.count() == 0


def test_only_flagged_dialogues_are_shown_when_asked_for(two_corpora):
    flag_first(dov())

    assert "1 found" in cleo().get("/corpora/human/?flagged=on").text
    assert "0 found" not in cleo().get("/corpora/human/").text


def test_a_dialogue_that_was_written_anew_says_that_its_flag_is_older(two_corpora):
    flag_first(cleo())
    write_dialogues(two_corpora / "human", [a_dialogue(0, corpus="human", texts=("hello .", "hi ."))])

    assert "The dialogue has changed since." in cleo().get("/corpora/human/").text


@pytest.mark.parametrize(
    "fields", [{"reason": ""}, {"reason": "boring"}, {"dialogue": ""}, {"note": "x" * 501}], ids=str
)
def test_a_flag_without_its_parts_is_not_put(two_corpora, fields):
    flag_first(cleo(), **fields)

    assert not DialogueFlag.objects.exists()


def test_a_dialogue_that_is_not_there_cannot_be_flagged(two_corpora):
    assert flag_first(cleo(), dialogue="human/train/09999").status_code == 404
    assert cleo().post("/corpora/nobody/flag/", {"dialogue": FIRST, "reason": "leak"}).status_code == 404


def test_after_flagging_one_is_back_on_the_same_page_and_never_elsewhere(two_corpora):
    back = "/corpora/human/?trait=openness&page=2"

    assert flag_first(cleo(), back=back).headers["Location"] == back
    for away in ("https://evil.example/corpora/", "//evil.example", "/studies/", "javascript:alert(1)"):
        assert flag_first(cleo(), back=away).headers["Location"] == "/corpora/human/"


def test_flagging_takes_a_post(two_corpora):
    assert cleo().get("/corpora/human/flag/").status_code == 405
    assert cleo().post("/corpora/human/").status_code == 405
