import pytest

from evaluation.annotators.language import direction, interface


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("en", "en"), ("de", "de"), ("de-AT", "de"), ("DE-ch", "de"), ("en-GB", "en"), ("he", "en"), ("pt-BR", "en")],
)
def test_a_study_speaks_its_language_where_parley_does_and_else_english(language, spoken):
    assert interface(language) == spoken


@pytest.mark.parametrize(
    ("language", "runs"),
    [
        ("en", "ltr"),
        ("he", "rtl"),
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("fa", "rtl"),
        ("ur", "rtl"),
        # By the script, where the tag names one.
        ("az", "ltr"),
        ("az-Arab", "rtl"),
        ("ar-Latn", "ltr"),
        ("sr-Cyrl-RS", "ltr"),
    ],
)
def test_texts_run_as_their_script_does(language, runs):
    assert direction(language) == runs
