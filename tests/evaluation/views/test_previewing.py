"""The preview: annotators' own pages through every step, and not a row of it is kept."""

import re

import pytest
from django.apps import apps

from evaluation.drafts import drafting
from evaluation.drafts.preview_material import KEPT, few
from evaluation.models import Membership, Study
from evaluation.studies.life import open_study
from tests.cast import DOV, NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator
from tests.evaluation.uploads import TWO, responses_of

pytestmark = pytest.mark.django_db

TRAITS = """
[[criteria]]
key = "trait_consistency"

[practice]
make = "shuffled-context"
pairs = 2

[background]
ask = ["language"]
"""
PARTS = {"HX-Request": "true"}


def a_draft(owner, toml=TWO + TRAITS):
    draft = drafting.begin(owner=owner, now=NOW, name="upload", toml=toml)
    kept = {
        f"{system}.jsonl": responses_of(system, contexts=12, traits={"extraversion": "low"}) for system in ("p", "pt")
    }
    drafting.put_files(draft=draft, uploads=kept, now=NOW)
    return draft


def rows() -> dict[str, int]:
    """How many rows there are of everything of ours."""
    return {model.__name__: model._base_manager.count() for model in apps.get_app_config("evaluation").get_models()}


@pytest.fixture(params=["draft", "study"])
def base(request, client, cleo):
    """Where the preview of a draft begins, and that of a study made of it."""
    draft = a_draft(cleo)
    if request.param == "draft":
        return f"/drafts/{draft.pk}/preview/"
    drafting.make_study(draft=draft, now=NOW)
    return "/studies/upload/preview/"


def test_every_step_is_shown_and_nothing_is_kept(client, base):
    before = rows()
    said = {
        "consent": "Before you begin",
        "background": "you",
        "instructions": "How it works",
        "practice": "this does not count yet",
        "judge": "Which sounds more like something a person would really say?",
        "end": "Thank you.",
    }

    for step, words in said.items():
        answer = client.get(f"{base}{step}/")
        page = answer.content.decode()
        assert answer.status_code == 200, step
        assert words in page, step
        assert "<b>Preview</b>: nothing is stored" in page, step
        assert "/s/" not in page, step
        assert not [name for name in answer.cookies if name.startswith("parley-")], step
    assert rows() == before


def test_it_goes_on_from_step_to_step(client, base):
    before = rows()

    assert client.post(f"{base}consent/", {"answer": "agree"}).url == f"{base}background/"
    assert "declined" in client.post(f"{base}consent/", {"answer": "decline"}).content.decode()
    assert client.post(f"{base}background/", {}).url == f"{base}instructions/"
    assert client.post(f"{base}instructions/").url == f"{base}practice/"
    assert client.post(f"{base}judge/?pair=1", {"do": "submit"}).url == f"{base}judge/?pair=2"
    assert client.post(f"{base}judge/?pair=1", {"do": "pause"}).url == f"{base}pause/"
    assert client.post(f"{base}judge/?pair=1", {"do": "instructions"}).url == f"{base}instructions/"
    assert client.post(f"{base}judge/?pair=99", {"do": "submit"}).url == f"{base}end/"
    assert (
        client.post(f"{base}judge/", {"do": "submit"}, headers=PARTS).headers["HX-Redirect"] == f"{base}judge/?pair=2"
    )
    assert client.post(f"{base}draft/", {"answer.naturalness": "left"}).status_code == 204
    assert rows() == before


def test_the_second_sheet_shows_the_trait_once_the_first_is_locked(client, base):
    before, traits = rows(), "This person is reserved"
    first = client.get(f"{base}judge/").content.decode()
    assert traits not in first

    said = {"do": "lock", "answer.naturalness": "left"}
    second = client.post(f"{base}judge/", said).content.decode()
    part = client.post(f"{base}judge/", said, headers=PARTS)

    assert traits in second
    assert f'action="{base}judge/?pair=1"' in second
    assert traits in part.content.decode()
    assert part.headers["HX-Retarget"] == "#sheet"
    assert client.post(f"{base}judge/", {"do": "lock"}).status_code == 422
    assert rows() == before


def test_practice_says_what_was_right_and_goes_on(client, base):
    before = rows()

    answer = client.post(f"{base}practice/?pair=1", {"answer.naturalness": "left"})
    page = answer.content.decode()
    assert "Practice 1 of 2" in page
    assert "that is right" in page or "is right." in page
    assert f'href="{base}practice/?pair=2"' in page

    last = client.post(f"{base}practice/?pair=2", {"answer.naturalness": "left"}).content.decode()
    assert "Practice 2 of 2" in last
    assert rows() == before


def test_pairs_differ(client, base):
    one, two = (client.get(f"{base}judge/?pair={number}").content.decode() for number in (1, 2))

    replies = re.compile(r"[Rr]eply \d+\.\d")
    assert set(replies.findall(one)) != set(replies.findall(two))


def test_no_page_of_it_names_a_system_or_a_domain(client, cleo):
    toml = TWO.replace('"p.jsonl", "pt.jsonl"', '"p.jsonl", "zebra.jsonl"') + TRAITS
    draft = drafting.begin(owner=cleo, now=NOW, name="quagga", toml=toml)
    drafting.put_files(
        draft=draft,
        uploads={"p.jsonl": responses_of("okapi"), "zebra.jsonl": responses_of("zebra", domain="personachat")},
        now=NOW,
    )

    for step in ("consent", "instructions", "judge", "end"):
        page = client.get(f"/drafts/{draft.pk}/preview/{step}/").content.decode()
        for name in ("okapi", "zebra", "quagga", "personachat"):
            assert name not in page.lower(), (step, name)


def test_the_judge_page_is_the_annotators_own(client, cleo):
    draft = a_draft(cleo, toml=TWO)
    study = drafting.make_study(draft=draft, now=NOW).study
    preview = client.get("/studies/upload/preview/judge/").content.decode()
    study.ethics = "none"
    study.save()
    open_study(study=study, now=NOW)
    annotator = an_annotator(study, "A-SEE", consent_version="")
    from django.http import HttpResponse
    from django.test import RequestFactory

    from evaluation.annotators.joining import give_consent
    from evaluation.views.arriving import remember

    give_consent(annotator=annotator, now=NOW)
    holder = HttpResponse()
    remember(holder, RequestFactory().get("/"), study, annotator)
    client.cookies.update(holder.cookies)
    real = client.get(f"/s/{study.public_id}/judge/").content.decode()

    assert _bare(preview, "/studies/upload/preview/") == _bare(real, f"/s/{study.public_id}/")


def _bare(page: str, base: str) -> str:
    """The page without the band, and without what differs from one showing to the next."""
    page = re.sub(r'<aside class="preview-band".*?</aside>', "", page, flags=re.DOTALL).replace(base, "/")
    page = page.replace("judge/?pair=1", "judge/")
    page = re.sub(r'name="(csrfmiddlewaretoken|key|pair)" value="[^"]*"', "", page)
    page = re.sub(r'data-pair="[^"]*"', "", page)
    return re.sub(r"\s+", " ", page)


def test_what_is_wrong_is_told_instead(client, cleo):
    draft = drafting.begin(owner=cleo, now=NOW, name="upload", toml=TWO)

    answer = client.get(f"/drafts/{draft.pk}/preview/consent/")

    assert answer.status_code == 422
    assert "expected the name of an uploaded file" in answer.content.decode()


@pytest.mark.parametrize("step", ["nowhere", "practice", "background"])
def test_a_step_that_the_study_has_not(client, cleo, step):
    draft = a_draft(cleo, toml=TWO)

    assert client.get(f"/drafts/{draft.pk}/preview/{step}/").status_code == 404


def test_only_owners_and_collaborators_see_it_and_only_before_it_opens(client, cleo):
    study = drafting.make_study(draft=a_draft(cleo), now=NOW).study
    here = "/studies/upload/preview/consent/"
    dov = a_researcher(DOV)
    client.force_login(dov)
    assert client.get(here).status_code == 404
    Membership.objects.create(study=study, researcher=dov, role=Membership.Role.READER)
    assert client.get(here).status_code == 404
    Membership.objects.filter(researcher=dov).update(role=Membership.Role.COLLABORATOR)
    assert client.get(here).status_code == 200

    Study.objects.update(state=Study.State.OPEN)
    assert client.get(here).status_code == 404
    client.logout()
    assert client.get(here).url.startswith("/account/login/")


def test_a_study_without_a_pair_still_shows_its_words(client, cleo):
    a_study("snow", state=Study.State.DRAFT, owner=cleo)

    assert client.get("/studies/snow/preview/consent/").status_code == 200
    assert client.get("/studies/snow/preview/judge/").url == "/studies/snow/preview/end/"


def test_a_large_draft_is_cut_down_before_it_is_made(client, cleo):
    draft = drafting.begin(owner=cleo, now=NOW, name="upload", toml=TWO + TRAITS)
    kept = {
        f"{system}.jsonl": responses_of(system, contexts=400, traits={"extraversion": "low"}) for system in ("p", "pt")
    }
    drafting.put_files(draft=draft, uploads=kept, now=NOW)

    known = few(draft)

    assert len(known.gathered.contexts) == KEPT
    assert {len(each.responses) for each in known.gathered.systems} == {KEPT}
    assert client.get(f"/drafts/{draft.pk}/preview/practice/").status_code == 200


def test_a_changed_draft_is_shown_as_changed(client, cleo):
    draft = a_draft(cleo, toml=TWO)
    here = f"/drafts/{draft.pk}/preview/judge/"
    assert "Is it fun?" not in client.get(here).content.decode()

    client.post(f"/drafts/{draft.pk}/", {"do": "save", "criteria.0.question": "Is it fun?"})

    assert "Is it fun?" in client.get(here).content.decode()
