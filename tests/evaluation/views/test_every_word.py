"""Nothing that an annotator reads is written past the translations: the whole way in a language of brackets.

Every message of that language is the English one in ⟦brackets⟧. What stands on a page outside of them must be the
study's own.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from django.test import Client
from django.utils import timezone

from evaluation.annotators.excluding import exclude
from evaluation.annotators.language import speak
from evaluation.models import Annotator, Slot, Study
from evaluation.operation.translating import gather, po_file
from tests.evaluation.views.builders import FIVE_STEPS, FLUENCY, NATURALNESS, TRAIT, a_link, a_study, entered, form_of
from tests.evaluation.views.known import add_known_pairs
from tests.evaluation.views.test_recruited import CODES, from_prolific, in_the_frame

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"
# A real language that Parley does not speak, so no catalogue of it is in the way.
ESPERANTO = "eo"
TEMPLATES = [*Path("templates").glob("4*.html"), *Path("templates").glob("5*.html"), Path("templates/base.html")]
TEMPLATES += Path("templates/evaluation/annotate").rglob("*.html")
ANSWERS = {"answer.naturalness": "left:2", "answer.fluency.left": "4", "answer.fluency.right": "2"}
ANSWERS |= {"answer.trait_consistency": "tie"}
READ_ALOUD = ("aria-label", "title", "alt", "placeholder", "aria-description")


@pytest.fixture
def in_brackets(tmp_path, settings):
    settings.LANGUAGES = [("en", "English"), (ESPERANTO, "Esperanto")]
    settings.LOCALE_PATHS = [tmp_path]
    brackets = Catalog(locale=ESPERANTO, fuzzy=False)
    for message in gather():
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(f"⟦{form}⟧" for form in forms)
            brackets.add(message.id, said if len(said) > 1 else said[0], context=message.context)
    mo = po_file(ESPERANTO, tmp_path).with_suffix(".mo")
    mo.parent.mkdir(parents=True)
    with mo.open("wb") as file:
        write_mo(file, brackets)


class _Reader(HTMLParser):
    """What is read of a page: its texts and labels, without those that are marked as the study's by their `lang`."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.read += [value for name, value in given.items() if name in READ_ALOUD and value]
        if given.get("id") == "say":
            self.read += [value for name, value in given.items() if name.startswith("data-") and value]
        if tag not in ("meta", "link", "input", "br"):
            foreign = tag in ("code", "script", "style") or ("lang" in given and tag != "html")
            self.open.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(foreign for _, foreign in self.open):
            self.read.append(data)


def bare(page: str, *, own: tuple[str, ...]) -> list[str]:
    """What is read of `page`, is more than a key's letter, and is neither in brackets nor the study's `own`."""
    reader = _Reader()
    reader.feed(page)
    left = []
    for text in reader.read:
        while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
            text = shorter
        for words in own:
            text = text.replace(words, "")
        left += [text.strip()] if re.search(r"[^\W\d_]{2}", text) else []
    return left


def own_words(study: Study) -> tuple[str, ...]:
    named = [words for each in study.criteria.all() for words in (each.name, *each.range.get("ends", ()))]
    # "Parley" is a name, and so are the two platforms'.
    return (study.public_title, *named, "Parley")


def everything(study: Study) -> dict[str, str]:
    """Every page that an annotator of `study` meets on the way from the link to withdrawal, by what it is."""
    ada, pages = Client(), {}

    def get(name: str, address: str = "") -> str:
        answer = ada.get(address or f"{PLACE}/{name}/")
        assert answer.headers["Content-Type"].startswith("text/html"), name
        pages[name] = answer.text
        assert f'lang="{ESPERANTO}"' in pages[name], name
        return pages[name]

    link = a_link(study)
    ada.get(link)
    get("consent")
    pages["declined"] = ada.post(f"{PLACE}/consent/", {"answer": "decline"}).text
    ada.get(link)
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    get("agreed", f"{PLACE}/consent/")
    get("instructions")
    ada.post(f"{PLACE}/instructions/")
    get("instructions again", f"{PLACE}/instructions/")
    for attempt in (1, 2):
        for number in (1, 2):
            page = get(f"practice {attempt}.{number}", f"{PLACE}/practice/")
            pages[f"practice {attempt}.{number}, missing"] = ada.post(f"{PLACE}/practice/", form_of(page)).text
            right = (page.index("Right ") < page.index("Wrong ")) == (attempt == 2)
            ada.post(f"{PLACE}/practice/", form_of(page) | {"answer.naturalness": "left:1" if right else "right:1"})
            get(f"feedback {attempt}.{number}", f"{PLACE}/practice/feedback/")
    for number in range(20):
        if (page := ada.get(f"{PLACE}/judge/")).status_code != 200:
            break
        pages[f"judge {number}"] = page.text
        pages[f"missing {number}"] = ada.post(f"{PLACE}/judge/", form_of(page.text)).text
        asked = re.findall(r'name="(answer\.[^"]+)"', page.text)
        answers = {name: ANSWERS[name] for name in asked if name in ANSWERS}
        ada.post(f"{PLACE}/judge/", form_of(page.text) | answers)
        if number == 1:
            pages["not yours"] = ada.post(f"{PLACE}/judge/", {"pair": "a" * 20, "do": "submit"}).text
            Slot.objects.filter(annotator=None).update(annotator=a_second(study), leased_until=timezone.now())
    get("end")
    get("back")
    get("pause")
    get("withdraw")
    ada.post(f"{PLACE}/withdraw/")
    get("withdrawn", f"{PLACE}/end/")
    return pages


def a_second(study: Study) -> Annotator:
    return entered(Client(), study)


def test_every_word_of_the_whole_way_can_be_translated(in_brackets):
    study = a_study(pairs=3, criteria=(FIVE_STEPS, FLUENCY, TRAIT), language=ESPERANTO)
    add_known_pairs(study, practice=2)
    study.items.filter(is_practice=True).update(expected={"naturalness": "first"})

    pages = everything(study)

    own = own_words(study)
    assert {name: found for name, page in pages.items() if (found := bare(page, own=own))} == {}
    assert len(pages) > 20


def test_every_word_for_those_whom_a_platform_sends(in_brackets):
    study = a_study(pairs=1, criteria=(NATURALNESS,), language=ESPERANTO, design={"recruiting": CODES})
    ada, pages = Client(), {}
    ada.get(from_prolific())
    pages["declined"] = ada.post(f"{PLACE}/consent/", {"answer": "decline"}).text
    ada.get(from_prolific())
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    ada.post(f"{PLACE}/instructions/")
    pages["another"] = ada.get(from_prolific("5f00000000000000000000b0")).text
    page = ada.get(f"{PLACE}/judge/").text
    ada.post(f"{PLACE}/judge/", form_of(page) | {"answer.naturalness": "tie"})
    pages["end"] = ada.get(f"{PLACE}/end/").text
    pages["no id"] = ada.get(from_prolific(PROLIFIC_PID="")).text
    Study.objects.update(design={"recruiting": {"platform": "mturk"}})
    pages["preview"] = ada.get(in_the_frame(assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE")).text
    pages["way in"] = ada.get(in_the_frame()).text
    pages["no token"] = ada.get(f"/mturk/{study.public_id}/open/?token=none").text
    Annotator.objects.update(participant="A1WORKERADA")
    pages["done"] = ada.get(in_the_frame()).text
    Annotator.objects.update(state=Annotator.State.ACTIVE)
    pages["begun"] = ada.get(in_the_frame()).text
    pages["hand in"] = ada.get(f"{PLACE}/end/").text
    Study.objects.update(state=Study.State.PAUSED)
    pages["paused"] = ada.get(in_the_frame("A1WORKERBO")).text

    # Codes and ids are what they are.
    own = (*own_words(study), "PROLIFIC_PID", "expected an id of letters and digits", "Prolific", "Mechanical Turk")
    assert {name: found for name, page in pages.items() if (found := bare(page, own=own))} == {}


def test_every_word_where_it_does_not_go_on(in_brackets):
    study, ada, pages = a_study(pairs=2, criteria=(NATURALNESS,), language=ESPERANTO), Client(), {}
    pages["stranger"] = ada.get(f"{PLACE}/judge/").text
    annotator = entered(ada, study)
    pages["unknown link"] = ada.get("/j/none/", headers={"accept-language": ESPERANTO}).text
    exclude(annotator=annotator, because="asked to", now=timezone.now())
    pages["ended"] = ada.get(f"{PLACE}/end/").text
    for state in (Study.State.PAUSED, Study.State.CLOSED):
        Study.objects.update(state=state)
        bo = Client()
        bo.get(a_link(study))
        pages[f"{state}"] = bo.get(f"{PLACE}/consent/").text
    strict = Client(enforce_csrf_checks=True)
    strict.get(a_link(study))
    pages["no token"] = strict.post(f"{PLACE}/consent/", {"answer": "agree"}).text

    own = own_words(study)
    assert {name: found for name, page in pages.items() if (found := bare(page, own=own))} == {}


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_no_word_is_written_past_the_translations(template):
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}|{#.*?#}", "", text, flags=re.DOTALL)
    text = re.sub(r"{% block \w+_class %}.*?{% endblock \w+ %}", "", text)
    labels = re.findall(rf'(?:{"|".join(READ_ALOUD)})="([^"]*)"', text)
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
    text = re.sub(r"<title>\s*Parley\s*</title>|<span class=\"brand\">Parley</span>|<!DOCTYPE html>", "", text)
    shown = re.sub(r"<[^>]*>", " ", text)

    read = [shown, *(re.sub(r"{%.*?%}|{{.*?}}", "", label) for label in labels)]
    assert re.findall(r"[^\W\d_]+", " ".join(read)) == []


def test_what_was_said_in_one_request_is_not_the_language_of_the_next(client):
    speak("de")

    page = client.get("/j/none/", headers={"accept-language": "en"})

    assert 'lang="en"' in page.text
    assert "This link does not work." in page.text
