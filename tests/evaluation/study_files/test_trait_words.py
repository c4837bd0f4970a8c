"""A study's own words for a trait: read strictly, shown in place of Parley's, kept, amended and told in the report."""

import json
from datetime import timedelta

import pytest
from django.utils.translation import override

from evaluation.annotators.language import interface
from evaluation.changes.amending import CannotAmend, amend
from evaluation.changes.amending_file import changes_in
from evaluation.items.blinding import blinded
from evaluation.items.questions import own_words
from evaluation.judges.looks import looks_at
from evaluation.judging.assignment import claim_next
from evaluation.material.by_kind import gather_file
from evaluation.models import Amendment, Judgment, Study
from evaluation.opening.importing import create_study
from evaluation.reports.build import report_of
from evaluation.results.exporting import rows_of
from evaluation.studies.life import close_study, open_study
from evaluation.study_files.study_file import read_study_file
from evaluation.study_files.study_toml import written
from evaluation.study_files.toml_table import BadToml
from tests.cast import NOW
from tests.evaluation.builders import an_annotator, answer, judge_all
from tests.evaluation.files import a_study_file, two_systems
from tests.evaluation.made_corpora import labelled_corpus

pytestmark = pytest.mark.django_db
STUDY = """\
title = "PT against P"
responses = ["p", "pt"]
ethics = "none"
judgments_per_pair = 1
LANGUAGE
[[criteria]]
key = "trait_consistency"
"""
OWN = '[trait_words.extraversion]\nhigh = "the life and soul of every party"\n'
WHY = "a colleague misread it"


def read(folder, words="", *, language="en", text=STUDY):
    return read_study_file(a_study_file(folder / "snow", text.replace("LANGUAGE", f'language = "{language}"') + words))


def opened(home, folder, words, *, language="en", level="high") -> Study:
    two_systems(home, contexts=4, traits={"extraversion": level})
    file = read(folder, words, language=language)
    study = create_study(name="snow", file=file, gathered=gather_file(file), now=NOW).study
    open_study(study=study, now=NOW)
    return study


def asked(study, code="A-ADA") -> str:
    slot = claim_next(study=study, annotator=an_annotator(study, code), now=NOW)
    return blinded(slot).questions[0].text


@pytest.mark.parametrize(
    ("language", "level", "words", "shown"),
    [
        ("en", "high", "", "outgoing, talkative and energetic"),
        ("en", "high", OWN, "the life and soul of every party"),
        ("en", "low", OWN, "reserved, quiet and private"),
        ("en", "very high", OWN, "very outgoing, very talkative and very energetic"),
        ("de", "high", OWN, "the life and soul of every party"),
        ("de", "high", OWN.replace("extra", "de.extra"), "the life and soul of every party"),
        ("de-AT", "high", OWN.replace("extra", "de.extra"), "the life and soul of every party"),
        ("de", "high", OWN.replace("extra", "fr.extra"), "kontaktfreudig, gesprächig und energiegeladen"),
        ("he", "high", OWN, "the life and soul of every party"),
    ],
)
def test_own_words_stand_in_the_question_and_parleys_where_there_are_none(
    language, level, words, shown, parley_home, tmp_path
):
    study = opened(parley_home, tmp_path, words, language=language, level=level)

    with override(interface(language)):
        assert shown in asked(study)


def test_each_language_has_its_own_and_the_more_exact_one_goes_first(parley_home, tmp_path):
    words = (
        '[trait_words.pt.extraversion]\nhigh = "sociável"\nlow = "calado"\n'
        '[trait_words.pt-BR.extraversion]\nhigh = "festeiro"\n[trait_words.de.extraversion]\nhigh = "gesellig"\n'
    )
    study = opened(parley_home, tmp_path, words, language="pt-BR")

    assert [own_words(study, "extraversion", level) for level in ("high", "low", "very low")] == [
        "festeiro",
        "calado",
        "",
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ('[trait_words.extroversion]\nhigh = "x"\n', "trait_words.extroversion: expected a trait (openness, "),
        (
            '[trait_words.de.extroversion]\nhigh = "x"\n',
            "trait_words.de.extroversion: expected one of the traits openn",
        ),
        ('[trait_words.extraversion]\nhi = "x"\n', "trait_words.extraversion.hi: expected one of the levels very low"),
        ('[trait_words.extraversion]\nunclear = "x"\n', "trait_words.extraversion.unclear: expected one of the levels"),
        ('[trait_words.extraversion]\nhigh = " "\n', "trait_words.extraversion.high: expected a text"),
        ('[trait_words.extraversion]\nhigh = ["x"]\n', "trait_words.extraversion.high: expected a text"),
        ('[trait_words.extraversion]\nhigh = "x\\ny"\n', "trait_words.extraversion.high: expected one line"),
        ('[trait_words.extraversion]\nhigh = "{name}"\n', "trait_words.extraversion.high: expected words alone"),
        (f'[trait_words.extraversion]\nhigh = "{"x" * 201}"\n', "expected at most 200 characters, got 201"),
        ('[trait_words]\nextraversion = "x"\n', "trait_words.extraversion: expected a table"),
        (
            OWN + OWN.replace("extra", "en.extra"),
            "trait_words.en.extraversion.high: extraversion at high has its words",
        ),
    ],
)
def test_what_is_no_trait_level_or_words_is_refused_with_its_line(words, problem, tmp_path):
    with pytest.raises(BadToml) as refused:
        read(tmp_path, words)

    assert problem in str(refused.value)
    assert str(refused.value).startswith("study.toml:")
    assert refused.value.line is not None
    assert refused.value.line >= 8


def test_words_that_nobody_would_read_are_refused(parley_home, tmp_path):
    plain = STUDY.replace("trait_consistency", "naturalness")
    labelled_corpus(parley_home, [{"extraversion": "high"}])
    persona = (
        'title = "Who"\nkind = "persona"\npersonas = "labelled"\nethics = "none"\n[[criteria]]\nkey = "extraversion"\n'
    )

    with pytest.raises(BadToml, match="no question speaks of"):
        read(tmp_path, OWN, text=plain)
    with pytest.raises(BadToml, match="no trait is shown where it is what is asked"):
        read(tmp_path, OWN, text=persona)
    assert read(tmp_path, "[trait_words.extraversion]\n", text=plain).trait_words == {}


def test_written_and_read_back_they_are_the_same(tmp_path):
    file = read(tmp_path, OWN + '[trait_words.de.openness]\n"very high" = "sehr neugierig"\n')
    folder = tmp_path / "snow"
    for name, text in written(file).items():
        (folder / name).write_text(text, encoding="utf-8")

    assert file.trait_words == {
        "en": {"extraversion": {"high": "the life and soul of every party"}},
        "de": {"openness": {"very high": "sehr neugierig"}},
    }
    assert read_study_file(folder / "study.toml") == file


def test_a_design_without_them_is_kept_as_before(tmp_path):
    assert "trait_words" not in read(tmp_path).as_json()


def test_changed_words_are_a_new_version_and_judgments_keep_the_one_they_answered(parley_home, tmp_path):
    study = opened(parley_home, tmp_path, OWN)
    ada = an_annotator(study)
    for _ in range(2):
        answer(claim_next(study=study, annotator=ada, now=NOW), ada)
    key = "trait_words.en.extraversion.high"

    amend(study=study, changes={key: "outgoing"}, because=WHY, now=NOW + timedelta(minutes=5))
    judge_all(study, an_annotator(study, "A-BO"))

    study.refresh_from_db()
    assert study.design["trait_words"] == {"en": {"extraversion": {"high": "outgoing"}}}
    assert study.criteria.get().version == 2
    assert sorted(Judgment.objects.values_list("criterion_version", flat=True)) == [1, 1, 2, 2]
    amendment = Amendment.objects.get()
    assert amendment.text == f"The words for extraversion at high in en changed: {WHY}"
    assert amendment.change["changes"] == [
        {"key": key, "before": "the life and soul of every party", "after": "outgoing"}
    ]
    assert sorted(row.wording for row in rows_of(study)) == [1, 1, 2, 2]


def test_several_words_and_pay_changed_at_once_are_all_kept_and_one_version(parley_home, tmp_path):
    study = opened(parley_home, tmp_path, OWN + '[pay]\ncurrency = "EUR"\nper_judgment = 0.15\n')
    changes = {
        "trait_words.en.extraversion.high": "",
        "trait_words.en.extraversion.low": "a quiet soul",
        "trait_words.fr.extraversion.low": "calme",
        "criteria.trait_consistency.question": "Who is {trait_words}?",
        "pay": {"currency": "EUR", "per_judgment": 0.2},
    }

    amend(study=study, changes=changes, because=WHY, now=NOW)

    study.refresh_from_db()
    assert study.design["trait_words"] == {
        "en": {"extraversion": {"low": "a quiet soul"}},
        "fr": {"extraversion": {"low": "calme"}},
    }
    assert study.design["pay"]["per_judgment"] == "0.2"
    assert study.criteria.get().version == 2
    assert asked(study) == "Who is outgoing, talkative and energetic?"


def test_words_of_a_language_that_nobody_reads_are_no_new_version(parley_home, tmp_path):
    study = opened(parley_home, tmp_path, OWN)

    amend(study=study, changes={"trait_words.fr.extraversion.low": "calme"}, because=WHY, now=NOW)

    assert study.criteria.get().version == 1


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("trait_words.en.extroversion.high", "x", "expected trait_words.LANGUAGE.TRAIT.LEVEL"),
        ("trait_words.en.extraversion.unclear", "x", "expected trait_words.LANGUAGE.TRAIT.LEVEL"),
        ("trait_words.extraversion.high", "x", "expected trait_words.LANGUAGE.TRAIT.LEVEL"),
        ("trait_words.en.extraversion.high", "{x}", "nothing in braces"),
        ("trait_words.en.extraversion.high", 3, "expected a text"),
        ("trait_words", {}, "expected trait_words.LANGUAGE.TRAIT.LEVEL"),
    ],
)
def test_an_amendment_of_what_is_none_is_refused(key, value, expected, parley_home, tmp_path):
    study = opened(parley_home, tmp_path, OWN)

    with pytest.raises(CannotAmend, match=expected):
        amend(study=study, changes={key: value}, because=WHY, now=NOW)


def test_a_changed_file_amends_them(parley_home, tmp_path):
    study = opened(parley_home, tmp_path, OWN)

    assert changes_in(study, read(tmp_path, OWN)) == {}
    assert changes_in(study, read(tmp_path, OWN.replace("high", "low"))) == {
        "trait_words.en.extraversion.high": "",
        "trait_words.en.extraversion.low": "the life and soul of every party",
    }


def test_the_report_says_them_and_models_read_them_too(parley_home, tmp_path):
    study = opened(parley_home, tmp_path, OWN)
    judge_all(study, an_annotator(study))
    close_study(study=study, now=NOW)

    report = report_of(study)

    assert "extraversion at high was called “the life and soul of every party”" in " ".join(report.methods)
    conduct = json.loads(json.dumps(report.analysis["study"]))["conduct"]
    assert conduct["trait_words"] == {"extraversion": {"high": "the life and soul of every party"}}
    assert all("the life and soul" in look.questions[0].text for look in looks_at(study))
