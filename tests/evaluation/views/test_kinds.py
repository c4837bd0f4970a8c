"""Judging whole dialogues and personas over the pages, and that nothing of what must stay hidden is on them."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from evaluation.material.by_kind import gather_file
from evaluation.material.persona_items import label_study_file
from evaluation.models import Criterion, Judgment, Slot, Study, System
from evaluation.opening.importing import create_study
from evaluation.studies.life import open_study
from tests.cast import NOW
from tests.evaluation.builders import a_persona_item, a_slot, two_dialogues
from tests.evaluation.made_corpora import labelled_corpus
from tests.evaluation.views.builders import PLANTED, a_link, entered, form_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
COHERENCE = {"key": "coherence", "name": "Coherence", "question": "Which hangs together better?"}
TRAIT = {
    "key": "trait_consistency",
    "name": "Trait consistency",
    "question": "{speaker} is {trait_words}. In which does that show better?",
    "needs": "traits",
    "after": ["coherence"],
}
EXTRAVERSION = {
    "key": "extraversion",
    "name": "Extraversion",
    "question": "Is this person more outgoing, or more reserved?",
    "scale": "label",
    "options": ["high", "low", "unclear"],
}


def a_study(kind, *, criteria, items=3, show=("personas",)):
    """An open study whose names, titles, sources and digests are all planted, and not to be seen."""
    study = Study.objects.create(
        name=PLANTED[2],
        title=PLANTED[3],
        public_id="k3p9w2xq",
        state=Study.State.OPEN,
        created_at=NOW,
        opened_at=NOW,
        judgments_per_pair=1,
        consent="You may stop at any time.",
        instructions="Read both.",
        end_text="Thank you.",
        design={"kind": kind, "show": list(show), "labelled": {PLANTED[5]: {"levels": {"x": PLANTED[6]}, "weight": 1}}},
    )
    for place, name in enumerate(PLANTED[:2] if kind == "dialogues" else ()):
        System.objects.create(study=study, name=name, position=place, digest=PLANTED[6 + place])
    for position, words in enumerate(criteria):
        Criterion.objects.create(study=study, position=position, **{"scale": "preference", "options": ["tie"], **words})
    for number in range(items):
        if kind == "dialogues":
            item = two_dialogues(
                study,
                f"{PLANTED[4]}/{PLANTED[5]}/{number}",
                trait=("extraversion", "low"),
                first=("hi", f"one {number}"),
                second=("hi", f"two {number}"),
            )
        else:
            item = a_persona_item(study, f"{PLANTED[5]}/{number}", persona=(f"i have {number} cats.", "i ski."))
        a_slot(study, item=item, number=0, swapped=number % 2 == 1)
    return study


def whole_session(study, answers):
    """Every response of one annotator from the link to the end, with what each was: path, headers, cookies, body."""
    ada, seen = Client(), []

    def keep(response):
        headers = json.dumps(dict(response.headers)) + str(response.cookies)
        seen.append(f"{response.request['PATH_INFO']}\n{headers}\n{response.content.decode()}")
        return response

    place, link = f"/s/{study.public_id}", a_link(study)
    keep(ada.get(link))
    keep(ada.get(f"{place}/consent/"))
    entered(ada, study, link=link)
    for number in range(study.slots.count()):
        for sheet in answers:
            form = form_of(keep(ada.get(f"{place}/judge/")).content.decode())
            named = {f"answer.{field}": value for field, value in sheet.items()}
            keep(ada.post(f"{place}/draft/", form | named))
            keep(ada.post(f"{place}/judge/", form | named, headers=HTMX if number else None))
        keep(ada.get(f"{place}/back/"))
    for page in ("", "consent/", "instructions/", "pause/", "end/", "judge/"):
        keep(ada.get(f"{place}/{page}"))
    return seen


def leaks(seen, *, allowed=()):
    return [
        (word, page[:80]) for word in PLANTED if word not in allowed for page in seen if word.lower() in page.lower()
    ]


def test_a_whole_session_with_dialogues_leaks_nothing_of_what_was_planted():
    study = a_study("dialogues", criteria=(COHERENCE, TRAIT))

    seen = whole_session(study, [{"coherence": "left"}, {"trait_consistency": "right"}])

    assert Judgment.objects.filter(slot__answered_at__isnull=False).count() == 6
    assert leaks(seen) == []


def test_a_whole_session_with_personas_leaks_nothing_of_what_was_planted():
    study = a_study("persona", criteria=(EXTRAVERSION,))

    seen = whole_session(study, [{"extraversion": "low"}])

    assert list(Judgment.objects.values_list("value", "rated")) == [("low", None)] * 3
    # The trait is the question's own key here; what the labeller said of it is planted as another word.
    assert leaks(seen, allowed=("extraversion",)) == []


def test_the_side_of_a_conversation_that_is_stored_is_the_side_that_was_shown():
    study, ada = a_study("dialogues", criteria=(COHERENCE,)), Client()
    entered(ada, study)

    for number in range(3):
        page = ada.get("/s/k3p9w2xq/judge/").content.decode()
        shown = re.findall(r"<p dir=\"auto\" lang=\"en\">((?:One|Two) \d)</p>", page)
        assert shown == [f"One {number}", f"Two {number}"][:: -1 if number % 2 else 1]
        ada.post("/s/k3p9w2xq/judge/", form_of(page) | {"answer.coherence": "left"})

    stored = Judgment.objects.order_by("slot__position").select_related("displayed_left__system")
    assert [(each.choice, each.displayed_left.system.name) for each in stored] == [
        ("left", PLANTED[0]),
        ("left", PLANTED[1]),
        ("left", PLANTED[0]),
    ]


def test_personas_come_in_the_same_pages_whatever_the_labeller_said_of_them(parley_home):
    levels = [{"extraversion": "high"}] * 5 + [{"extraversion": "low", "openness": "high"}] * 4
    pages = []
    for name, labelled in (("one", levels), ("two", levels[::-1])):
        labelled_corpus(parley_home, labelled)
        file = label_study_file("labelled", folder=Path(), per_level=20, judgments=1)
        study = create_study(name=name, file=file, gathered=gather_file(file), now=NOW).study
        open_study(study=study, now=NOW)
        Study.objects.filter(pk=study.pk).update(public_id=f"public-{name}")
        study.refresh_from_db()
        bodies = whole_session(study, [dict.fromkeys(file_traits(study), "unclear")])
        pages.append([without_tokens(each, study) for each in bodies])

    assert len(pages[0]) > 30
    assert pages[0] == pages[1]
    assert "secret reason" not in "".join(pages[0])


def file_traits(study):
    return list(study.criteria.values_list("key", flat=True))


def without_tokens(page, study):
    """A response without what is drawn anew for each: tokens, keys, names of pairs, addresses, cookies."""
    body = page.partition("\n\n")[2] or page.split("\n", 2)[2]
    body = body.replace(study.public_id, "PUBLIC")
    body = re.sub(r'(name="(?:csrfmiddlewaretoken|pair|key)" value=)"[^"]*"', r"\1", body)
    return re.sub(r'data-pair="[^"]*"|nonce="[^"]*"|/j/[\w-]+/', "", body)


def test_what_was_written_in_a_conversation_or_persona_is_text_and_never_markup():
    study, ada = a_study("dialogues", criteria=(COHERENCE,), items=0), Client()
    facts = (("<b>bold</b> people",), ("i ski.",))
    item = two_dialogues(study, first=("<script>alert(1)</script>", "oh"), second=("hi", "ho"), personas=facts)
    a_slot(study, item=item)
    entered(ada, study)

    page = ada.get("/s/k3p9w2xq/judge/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;bold&lt;/b&gt; people" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(("kind", "criterion"), [("dialogues", COHERENCE), ("persona", EXTRAVERSION)])
def test_a_page_takes_as_many_queries_for_the_fifth_item_as_for_the_second(
    django_assert_max_num_queries, kind, criterion
):
    study, ada = a_study(kind, criteria=(criterion,), items=6), Client()
    entered(ada, study)
    counts = []

    for _ in range(5):
        with django_assert_max_num_queries(60) as taken:
            page = ada.get("/s/k3p9w2xq/judge/").content.decode()
        counts.append(len(taken))
        answer = {f"answer.{criterion['key']}": "unclear" if kind == "persona" else "tie"}
        ada.post("/s/k3p9w2xq/judge/", form_of(page) | answer)

    assert counts[1] == counts[4]
    assert Slot.objects.answered().count() == 5


def test_words_of_the_page_are_those_of_its_kind():
    study, ada = a_study("persona", criteria=(EXTRAVERSION,), items=1), Client()
    entered(ada, study)

    page = ada.get("/s/k3p9w2xq/judge/").content.decode()
    ada.post("/s/k3p9w2xq/judge/", form_of(page) | {"answer.extraversion": "unclear"})
    end = ada.get("/s/k3p9w2xq/end/").content.decode()

    assert "Description 1 of 1" in page
    assert "A comment on this description, if you like" in page
    assert "You have judged 1 description." in end
