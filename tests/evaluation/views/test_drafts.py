"""Studies written in the browser: begun, kept right or wrong, made, made anew; and nobody else's business."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation.drafts import drafting
from evaluation.models import Membership, Study, StudyDraft
from evaluation.study_files.uploaded_files import LARGEST_STUDY_FILE
from evaluation.views import uploads
from tests.cast import DOV, NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator
from tests.evaluation.uploads import TWO, a_draft, responses_of, two_files

pytestmark = pytest.mark.django_db


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_two_files_and_a_name_are_a_study(client, cleo):
    said = {
        "do": "compare",
        "name": "p-against-pt",
        "files": [sent("p.jsonl", responses_of("p")), sent("pt.jsonl", responses_of("pt"))],
    }

    answer = client.post("/studies/new/", said)

    assert answer.status_code == 302
    assert answer.url == "/studies/p-against-pt/"
    study = Study.objects.get(name="p-against-pt")
    assert (study.state, study.ethics, study.title) == ("draft", "none", "p against pt")
    assert study.memberships.get().role == Membership.Role.OWNER
    draft = StudyDraft.objects.get()
    assert (draft.owner, draft.study, draft.files.count()) == (cleo, study, 2)


def test_a_csv_may_be_compared_with_lines(client, cleo):
    table = b"id,context,response\n" + b"".join(
        f'personachat/test/0000{n}#1,"hi ! how are you today ?",fine {n} .\n'.encode() for n in range(3)
    )
    said = {
        "do": "compare",
        "name": "mixed",
        "files": [sent("theirs.csv", table), sent("p.jsonl", responses_of("p", contexts=3, depth=1))],
    }

    assert client.post("/studies/new/", said).url == "/studies/mixed/"
    assert Study.objects.get().slots.count() == 9


def test_what_is_wrong_with_the_files_is_told_and_what_was_typed_stays(client, cleo):
    said = {
        "do": "compare",
        "name": "p-against-pt",
        "title": "Ours <b>",
        "files": [sent("p.jsonl", b"{not json\n"), sent("pt.jsonl", responses_of("pt"))],
    }

    answer = client.post("/studies/new/", said)

    assert answer.status_code == 400
    page = answer.content.decode()
    assert "p.jsonl:1: not JSON" in page
    assert 'value="p-against-pt"' in page
    assert "Ours &lt;b&gt;" in page
    assert not Study.objects.exists()


@pytest.mark.parametrize("name", ["", "Two Words", "new"])
def test_a_name_that_no_study_can_have_is_told(client, cleo, name):
    files = [sent("p.jsonl", responses_of("p")), sent("pt.jsonl", responses_of("pt"))]

    answer = client.post("/studies/new/", {"do": "compare", "name": name, "files": files})

    assert answer.status_code == 400
    assert not Study.objects.exists()
    assert not StudyDraft.objects.exists()


def test_a_draft_begins_from_a_file_or_from_nothing(client, cleo):
    files = [sent(name, content) for name, content in two_files().items()]
    client.post("/studies/new/", {"do": "begin", "name": "mine", "files": files})
    client.post("/studies/new/", {"do": "begin", "name": ""})

    mine, blank = StudyDraft.objects.order_by("pk")
    assert mine.toml == TWO
    assert sorted(mine.files.values_list("name", flat=True)) == ["p.jsonl", "pt.jsonl"]
    assert blank.toml == drafting.BLANK


def test_everything_is_kept_when_it_is_wrong(client, cleo):
    draft = a_draft(cleo)
    said = {"do": "save", "name": "My study", "title": "", "judgments_per_pair": "many", "criteria.0.key": "Natural!"}

    answer = client.post(f"/drafts/{draft.pk}/", said, follow=True)

    page = answer.content.decode()
    assert "expected a whole number of at least 1 and at most 1000, got &#x27;many&#x27;" in page
    assert 'value="many"' in page
    assert "&#x27;title&#x27; is missing" in page
    assert 'value="Natural!"' in page
    assert "3 to mend" not in page
    draft.refresh_from_db()
    assert draft.name == "My study"


def test_the_form_leaves_alone_what_it_does_not_know(client, cleo):
    toml = "# mine\n" + TWO + 'needs_thought = "yes"\n[datasheet]\npay = "12 pounds"\n'
    draft = a_draft(cleo, toml=toml)

    client.post(f"/drafts/{draft.pk}/", {"do": "save", "title": "Changed"})

    draft.refresh_from_db()
    assert draft.toml == toml.replace("P against PT", "Changed")


@pytest.mark.parametrize(
    ("do", "keys"),
    [
        ("add:criteria", ["naturalness", "coherence"]),
        ("remove:criteria-0", ["naturalness"]),
        ("up:criteria-x", ["naturalness"]),
        ("add:nonsense", ["naturalness"]),
    ],
)
def test_questions_are_added_and_taken_away(client, cleo, do, keys):
    draft = a_draft(cleo)

    answer = client.post(f"/drafts/{draft.pk}/", {"do": do})

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert [line.split('"')[1] for line in draft.toml.splitlines() if line.startswith("key")] == keys


def test_texts_are_kept_in_files_beside_it_and_come_back(client, cleo):
    draft = a_draft(cleo)

    client.post(f"/drafts/{draft.pk}/", {"do": "save", "text.consent": "I agree.\r\nReally."})
    draft.refresh_from_db()
    assert drafting.text_beside(draft, "consent.md") == "I agree.\nReally."
    assert 'consent = "consent.md"' in draft.toml
    assert "I agree.\nReally.</textarea>" in client.get(f"/drafts/{draft.pk}/").content.decode()

    client.post(f"/drafts/{draft.pk}/", {"do": "save", "text.consent": ""})
    draft.refresh_from_db()
    assert "text" not in draft.toml
    assert not draft.files.filter(name="consent.md").exists()


def test_a_tab_keeps_what_was_typed(client, cleo):
    draft = a_draft(cleo)

    answer = client.post(f"/drafts/{draft.pk}/", {"do": "go:text", "title": "Typed"})

    assert answer.url == f"/drafts/{draft.pk}/text/"
    assert "Typed" in client.get(answer.url).content.decode()


def test_the_text_is_edited_with_every_error_at_its_line(client, cleo):
    draft = a_draft(cleo)
    toml = TWO.replace("naturalness", "Naturalness") + "\n[pay]\nper_hour = 12\n"

    answer = client.post(f"/drafts/{draft.pk}/text/", {"toml": toml.replace("\n", "\r\n"), "do": "save"}, follow=True)

    page = answer.content.decode()
    assert "line 5: criteria[1].key: expected a small letter" in page
    assert "line 7: pay.currency: &#x27;currency&#x27; is missing" in page
    draft.refresh_from_db()
    assert draft.toml == toml


def test_a_text_that_is_no_toml_is_kept_and_shown(client, cleo):
    draft = a_draft(cleo)

    client.post(f"/drafts/{draft.pk}/text/", {"toml": 'title = "T\n', "do": "go:form"})

    answer = client.get(f"/drafts/{draft.pk}/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/drafts/{draft.pk}/text/"
    assert "line 1: not TOML" in answer.content.decode()


def test_a_text_that_is_too_long_is_refused_and_stays_on_the_page(client, cleo):
    draft = a_draft(cleo)

    answer = client.post(f"/drafts/{draft.pk}/text/", {"toml": "#" * (LARGEST_STUDY_FILE + 1)})

    assert answer.status_code == 413
    assert "#####" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.toml == TWO


def test_files_show_checksum_count_and_sample(client, cleo):
    draft = a_draft(cleo)

    page = client.get(f"/drafts/{draft.pk}/files/").content.decode()

    assert "<b>pt</b>: 6 responses" in page
    assert draft.files.get(name="pt.jsonl").digest[:16] in page
    assert "reply 0.3 of kind 2" in page


def test_a_broken_file_is_kept_and_told_line_by_line(client, cleo):
    draft = a_draft(cleo)
    broken = responses_of("pt") + b"{}\n[]\n"

    client.post(f"/drafts/{draft.pk}/files/", {"files": [sent("pt.jsonl", broken)]})

    page = client.get(f"/drafts/{draft.pk}/files/").content.decode()
    assert "line 7: response: expected a string, got None" in page
    assert "line 8: expected a JSON object, got list" in page
    assert client.post(f"/drafts/{draft.pk}/make/").status_code == 400


def test_a_file_is_removed(client, cleo):
    draft = a_draft(cleo)

    client.post(f"/drafts/{draft.pk}/files/", {"remove": "pt.jsonl"})

    assert list(draft.files.values_list("name", flat=True)) == ["p.jsonl"]


@pytest.mark.parametrize("page", ["/studies/new/", "files/"])
def test_too_much_is_answered_kindly(client, cleo, monkeypatch, page):
    monkeypatch.setattr(uploads, "LARGEST_TOTAL", 1000)
    monkeypatch.setattr(uploads, "AROUND", 0)
    draft = a_draft(cleo)
    where = page if page.startswith("/") else f"/drafts/{draft.pk}/{page}"

    answer = client.post(where, {"files": [sent("p.jsonl", b"x" * 2000)]})

    assert answer.status_code == 413
    assert "nothing is lost" in answer.content.decode()


def test_no_token_no_upload(parley_home, django_user_model):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    me = a_researcher()
    strict.force_login(me)
    draft = a_draft(me)

    for where in ("/studies/new/", f"/drafts/{draft.pk}/files/", f"/drafts/{draft.pk}/", f"/drafts/{draft.pk}/text/"):
        assert strict.post(where, {"do": "save"}).status_code == 403


def test_a_draft_is_made_into_a_study_and_made_anew(client, cleo):
    draft = a_draft(cleo)

    assert client.post(f"/drafts/{draft.pk}/", {"do": "make", "name": "upload"}).url == "/studies/upload/"
    draft.refresh_from_db()
    first = draft.study
    client.post(f"/drafts/{draft.pk}/", {"do": "make", "judgments_per_pair": "5"})

    draft.refresh_from_db()
    assert draft.study.pk != first.pk
    assert draft.study.judgments_per_pair == 5
    assert Study.objects.count() == 1

    an_annotator(draft.study)
    answer = client.post(f"/drafts/{draft.pk}/", {"do": "make", "judgments_per_pair": "7"})
    assert answer.status_code == 409
    assert "1 annotators have joined it" in answer.content.decode()
    assert 'value="7"' in answer.content.decode()


def test_a_name_of_somebody_elses_study_is_taken_and_no_more_is_told(client, cleo):
    a_study("upload", owner=a_researcher(DOV))
    draft = a_draft(cleo)

    answer = client.post(f"/drafts/{draft.pk}/make/")

    assert answer.status_code == 409
    assert "the name &#x27;upload&#x27; is taken" in answer.content.decode()
    assert "The study upload" not in answer.content.decode()


def test_what_a_draft_names_and_nobody_uploaded_is_told(client, cleo):
    draft = a_draft(cleo, files=False)

    answer = client.post(f"/drafts/{draft.pk}/make/")

    assert answer.status_code == 400
    assert "expected the name of an uploaded file" in answer.content.decode()


def test_nobody_else_sees_a_draft(client, cleo):
    draft = a_draft(cleo)
    drafting.make_study(draft=draft, now=NOW)
    dov = a_researcher(DOV)
    Membership.objects.create(study=draft.study, researcher=dov, role=Membership.Role.COLLABORATOR)
    client.force_login(dov)

    for page in ("", "files/", "text/", "size/", "delete/", "study.zip", "preview/consent/"):
        assert client.get(f"/drafts/{draft.pk}/{page}").status_code == 404, page
        if page in ("", "files/", "text/", "delete/", "make/"):
            assert client.post(f"/drafts/{draft.pk}/{page}").status_code == 404, page
    assert "upload" not in client.get("/studies/new/").content.decode().replace("Upload", "")


def test_strangers_are_asked_to_sign_in(client, parley_home):
    draft = a_draft(a_researcher())

    for page in ("/studies/new/", *(f"/drafts/{draft.pk}/{each}" for each in ("", "files/", "text/", "size/"))):
        assert client.get(page).url.startswith("/account/login/"), page


def test_there_is_room_for_so_many_drafts(client, cleo, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_DRAFTS", 1)
    a_draft(cleo, files=False)

    answer = client.post("/studies/new/", {"do": "begin", "name": "second"})

    assert answer.status_code == 400
    assert "at most 1 drafts" in answer.content.decode()


def test_the_list_of_studies_leads_here(client, cleo):
    assert 'href="/studies/new/"' in client.get("/studies/").content.decode()
