"""`{% drawn %}`: a part of a page that shows what it is given and nothing else, in the language that is spoken."""

import pytest
from django.template import Context, Template, loader
from django.utils.translation import override

from evaluation.items.blinding import BlindedOption, BlindedQuestion
from evaluation.templatetags import drawing

PART = "evaluation/annotate/_question.html"
ACTIONS = "evaluation/annotate/_actions.html"


def a_question(**said):
    options = (BlindedOption("left", "Reply 1", "1"), BlindedOption("right", "Reply 2", "2"))
    given = {
        "field": "naturalness", "criterion": "naturalness", "name": "Naturalness", "text": "Which is more natural?",
        "help": "", "scale": "preference", "options": options, "chosen": "", "locked": False, "about": "",
    }  # fmt: skip
    return BlindedQuestion(**{**given, **said})


def drawn(name, **values):
    given = " ".join(f"{key}={key}" for key in values)
    template = Template("{% load drawing %}{% drawn '" + name + "' " + given + " %}")
    return template.render(Context({**values, "secret": "of the page around"}))


@pytest.fixture(autouse=True)
def nothing_kept():
    drawing._drawn.cache_clear()


def test_it_is_what_the_template_makes_of_the_same_values_each_time():
    question = a_question(text="<b>Which</b> & why?", chosen="right")
    values = {"question": question, "missing": frozenset(), "language": "en"}

    pages = [drawn(PART, **values) for _ in range(2)]

    assert pages == [loader.get_template(PART).render(values)] * 2
    assert "&lt;b&gt;Which&lt;/b&gt; &amp; why?" in pages[0]


def test_values_that_differ_are_drawn_apart():
    wordings = ("Which is more natural?", "Which would a person say?")

    pages = [drawn(PART, question=a_question(text=text), missing=frozenset(), language="en") for text in wordings]
    missing = drawn(PART, question=a_question(), missing=frozenset({"naturalness"}), language="en")

    assert [text in page for text, page in zip(wordings, pages, strict=True)] == [True, True]
    assert (" missing" in pages[0], " missing" in missing) == (False, True)


def test_each_language_has_its_own():
    said = {}
    for language in ("en", "de", "en"):
        with override(language):
            said.setdefault(language, set()).add(drawn(ACTIONS, do="submit", kind="pair", problems=()))

    assert [len(said["en"]), len(said["de"])] == [1, 1]
    assert "Absenden" in next(iter(said["de"]))
    assert "Submit" in next(iter(said["en"]))


def test_whoever_writes_templates_sees_what_they_write(settings):
    settings.DEBUG = True

    drawn(PART, question=a_question(), missing=frozenset(), language="en")

    assert drawing._drawn.cache_info().currsize == 0
