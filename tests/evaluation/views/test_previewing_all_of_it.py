"""Whatever a study may show is reached in its preview, of every kind of item, and none of it is kept."""

import re

import pytest
from django.apps import apps

from evaluation.drafts import drafting
from evaluation.drafts.preview_material import KEPT, few
from evaluation.models import Slot, Study
from evaluation.operation.rates import forget_counts
from tests.cast import NOW
from tests.evaluation.files import a_line
from tests.evaluation.made_corpora import labelled_corpus, parallel_corpora
from tests.evaluation.uploads import as_lines
from tests.evaluation.whole_studies import WHOLE

pytestmark = pytest.mark.django_db

BAND = re.compile(r'<aside class="preview-band".*?</aside>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)"\s+aria-label="([^"]*)"')
LEVELS = [{"extraversion": "high"}] * 4 + [{"extraversion": "low"}] * 4 + [{}] * 4
HEADS = {"pair": "Which is natural?", "dialogues": "Which is natural?", "persona": "Is this person outgoing?"}


@pytest.fixture
def cleo(cleo, parley_home):
    """Cleo, with what dialogues and personas are made of at home."""
    parallel_corpora(parley_home, sources=30)
    labelled_corpus(parley_home, LEVELS)
    return cleo


def lines(system, *, contexts, again="", only=()):
    """One system's answers, what a person said beside each; `again` sets a second answer apart from the first."""
    return as_lines(
        a_line(system, number, reply=f"{system} says number {number}{again}", traits={"extraversion": "high"})
        | {"reference": f"somebody said in talk {number}"}
        for number in (only or range(contexts))
    )


def a_draft(owner, kind, *, toml=None, contexts=30, only=()):
    draft = drafting.begin(owner=owner, now=NOW, name="whole", toml=toml or WHOLE[kind])
    files = {f"{name}.md": b"Said." for name in ("consent", "instructions", "end")}
    if kind == "pair":
        files |= {f"{name}.jsonl": lines(name, contexts=contexts) for name in ("p", "pt")}
        files["p-again.jsonl"] = lines("p", contexts=contexts, again=" , or so", only=only)
    drafting.put_files(draft=draft, uploads=files, now=NOW)
    return draft


def rows() -> dict[str, int]:
    """How many rows there are of everything, Django's own tables among them."""
    return {model.__name__: model._base_manager.count() for model in apps.get_models()}


@pytest.fixture(params=["draft", "study"])
def base_of(request, client, cleo):
    """Where the preview of a whole study of a kind begins, of its draft or of the study that is made of it."""

    def begin(kind: str) -> str:
        draft = a_draft(cleo, kind)
        if request.param == "draft":
            return f"/drafts/{draft.pk}/preview/"
        drafting.make_study(draft=draft, now=NOW)
        return "/studies/whole/preview/"

    return begin


def page_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def stops(page: str) -> dict[str, str]:
    """The names in the band of what is shown one after the other, and where each leads."""
    return {name: address for address, name in LINK.findall(BAND.search(page).group(0))}


def replies(page: str) -> set[str]:
    return set(re.findall(r"(?:p|pt) says number \d+(?: , or so)?|somebody said in talk \d+", page))


def test_checks_and_controls_are_told_apart_by_the_band_alone(client, base_of):
    base = base_of("pair")
    seen = stops(page_of(client, f"{base}judge/"))
    assert list(seen) == [
        *(f"Pair {number}" for number in range(1, 7)),
        "Check pair: its answer is known",
        "A/A control: two answers of one system",
        "Ceiling control: a human reply against a shuffled one",
    ]

    usual, check, aa, ceiling = (replies(page_of(client, list(seen.values())[place])) for place in (0, 6, 7, 8))

    number = next(iter(usual)).rpartition(" ")[2]
    assert usual == {f"p says number {number}", f"pt says number {number}"}
    assert len(check) == len(ceiling) == 2
    assert {each.rpartition(" ")[0] for each in check | ceiling} == {"somebody said in talk"}
    first = next(each for each in aa if not each.endswith(" , or so"))
    assert aa == {first, f"{first} , or so"}
    assert first.startswith("p says number ")
    for name, address in seen.items():
        bare = BAND.sub("", page_of(client, address)).lower()
        assert [word for word in ("check pair", "control:", "ceiling", "a/a", "expected") if word in bare] == [], name


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("pair", ["Practice 1", "Practice 2"]),
        ("dialogues", ["Practice 1", "Practice 2"]),
    ],
)
def test_every_practice_pair_is_reached(client, base_of, kind, names):
    base = base_of(kind)

    seen = stops(page_of(client, f"{base}practice/"))

    assert list(seen) == names
    pages = [page_of(client, address) for address in seen.values()]
    assert [f"Practice {number} of 2" in page for number, page in enumerate(pages, start=1)] == [True, True]


def test_dialogues_are_shown_whole_with_their_check_pair(client, base_of):
    base = base_of("dialogues")
    seen = stops(page_of(client, f"{base}judge/"))

    assert list(seen) == [*(f"Pair {number}" for number in range(1, 7)), "Check pair: its answer is known"]
    usual, check = (page_of(client, list(seen.values())[place]) for place in (0, 6))
    assert "human turn 0 of talk" in usual
    assert "machine turn 0 of talk" in usual
    # One dialogue against itself, its turns in another order.
    assert len({name for name in ("human", "machine") if f"{name} turn" in check}) == 1
    assert ">Conversations</a>" in usual


def test_personas_are_shown_one_by_one(client, base_of):
    base = base_of("persona")
    page = page_of(client, f"{base}judge/")

    assert list(stops(page)) == [f"Persona {number}" for number in range(1, len(stops(page)) + 1)]
    assert "i have" in page
    assert ">Personas</a>" in page
    assert client.get(f"{base}practice/").status_code == 404


@pytest.mark.parametrize("kind", WHOLE)
def test_the_whole_way_through_keeps_nothing(client, base_of, kind):
    base = base_of(kind)
    before, slots = rows(), list(Slot.objects.order_by("pk").values())
    steps = ["consent", "background", "instructions", *(["practice"] if kind != "persona" else []), "judge", "end"]
    field = "extraversion" if kind == "persona" else "naturalness"
    said = {f"answer.{field}": "high" if kind == "persona" else "left", "comment": "Mine.", "problem": "broken"}

    for step in steps:
        page = page_of(client, f"{base}{step}/")
        assert "<b>Preview</b>: nothing is stored" in page, step
        client.post(f"{base}{step}/", {"answer": "agree"} | said)
    assert HEADS[kind] in page_of(client, f"{base}judge/")
    # A usual pair; and a check pair, where there is one.
    for number in (1, 7):
        for do in ("lock", "next", "submit", "skip", "pause", "back"):
            answer = client.post(f"{base}judge/?pair={number}", {"do": do} | said)
            assert answer.status_code in (200, 302, 422), (number, do)
        assert client.post(f"{base}draft/", said).status_code == 204
    assert rows() == before
    assert list(Slot.objects.order_by("pk").values()) == slots
    assert Study.objects.exclude(state=Study.State.DRAFT).count() == 0


def test_asking_often_holds_nobody_up(client, base_of, settings):
    settings.API_RATES = {"claim": "3/min"}
    forget_counts()
    base = base_of("pair")

    answers = [client.get(f"{base}judge/").status_code for _ in range(6)]

    assert answers == [200] * 6


def test_a_closing_day_that_is_over_hides_nothing(client, cleo):
    draft = a_draft(cleo, "pair", toml=WHOLE["pair"].replace("2126-12-24", "2020-12-24"))
    base = f"/drafts/{draft.pk}/preview/"

    for step in ("instructions", "practice", "judge"):
        page_of(client, f"{base}{step}/")


def test_controls_of_a_large_draft_come_from_where_there_are_second_answers(client, cleo):
    # They lie where a few contexts drawn evenly would not be.
    draft = a_draft(cleo, "pair", contexts=400, only=(397, 398, 399))

    known = few(draft)
    seen = stops(page_of(client, f"/drafts/{draft.pk}/preview/judge/"))

    assert len(known.gathered.contexts) <= KEPT + 3
    assert sum(content.count(b"\n") for content in known.samples.values()) == 3
    aa = replies(page_of(client, seen["A/A control: two answers of one system"]))
    assert any(each.endswith(" , or so") for each in aa)


def test_controls_that_cannot_be_made_are_told(client, cleo):
    draft = a_draft(cleo, "pair")
    # Decoded greedily, a system says the same again.
    drafting.put_files(draft=draft, uploads={"p-again.jsonl": lines("p", contexts=30)}, now=NOW)

    answer = client.get(f"/drafts/{draft.pk}/preview/judge/")

    assert answer.status_code == 422
    assert "was it decoded greedily?" in answer.content.decode()
