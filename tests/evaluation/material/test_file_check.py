"""What is judged is checked first: swapped, doubled and near-equal files; replies that say who answers."""

import pytest

from evaluation.items.form_check import form_of, form_warnings
from evaluation.material.file_check import file_seen, tells
from evaluation.material.gathering import WrongFiles, gather_named
from evaluation.opening.importing import create_study
from evaluation.study_files.study_file import read_study_file
from tests.cast import NOW
from tests.evaluation.files import STUDY, a_line, a_study_file, named_responses, two_systems


def gathered(tmp_path, *named):
    return gather_named(named or ("p", "pt"), folder=tmp_path)


def test_files_that_hold_each_others_answers_are_refused(parley_home, tmp_path):
    named_responses(parley_home, "p", [a_line("pt", number) for number in range(3)])
    named_responses(parley_home, "pt", [a_line("p", number) for number in range(3)])

    with pytest.raises(WrongFiles, match="is called 'p' and its lines are answers of 'pt', while those of 'p' are in"):
        gathered(tmp_path)


def test_a_file_of_another_name_than_its_system_is_none_of_anybodys_business(parley_home, tmp_path):
    named_responses(parley_home, "monday", [a_line("p", number) for number in range(3)])
    named_responses(parley_home, "tuesday", [a_line("pt", number) for number in range(3)])

    assert [each.system for each in gathered(tmp_path, "monday", "tuesday").systems] == ["p", "pt"]


def test_one_system_s_answers_under_two_names_are_refused(parley_home, tmp_path):
    for system in ("p", "pt"):
        # Another spelling makes other bytes, and the same replies.
        said = "Well, number {}." if system == "p" else "well , number {} ."
        named_responses(parley_home, system, [a_line(system, each, reply=said.format(each)) for each in range(12)])

    with pytest.raises(WrongFiles, match="'p' and 'pt' give the same reply in all of the 12 contexts"):
        gathered(tmp_path)


def test_mostly_equal_answers_are_warned_of(parley_home, tmp_path):
    for system in ("p", "pt"):
        named_responses(
            parley_home,
            system,
            [a_line(system, each, reply=f"number {each}" + ("" if each < 9 else system)) for each in range(12)],
        )

    assert any("p and pt give the same reply in 9 of 12 contexts" in each for each in gathered(tmp_path).warnings)


def test_one_model_under_two_forced_traits_may_say_the_same(parley_home, tmp_path):
    for level in ("high", "low"):
        lines = [a_line(f"p[openness={level}]", each, reply=f"number {each}") for each in range(12)]
        named_responses(parley_home, f"p-{level}", lines)

    assert len(gathered(tmp_path, "p-high", "p-low").systems) == 2


@pytest.mark.parametrize(
    "text",
    [
        "as an ai language model , i cannot feel .",
        "I'm just a chatbot, so no dogs.",
        "i am a large language model trained by people .",
        "gpt4 told me so",
        "ChatGPT here!",
        "claude 3 says hi",
        "i work at anthropic",
        "<|im_end|> i like dogs .",
        "[INST] be kind [/INST]",
        "assistant: hello there",
        "my extraversion is high .",
        "i am pt-tiny .",
        "i am PT tiny .",
        "i am pt_tiny",
    ],
)
def test_a_reply_that_says_what_it_is_is_found(text):
    assert tells(text, ["pt-tiny"])


@pytest.mark.parametrize(
    "text",
    [
        "i have a llama and a cat named claude .",
        "my sign is gemini , and i love the mistral in summer .",
        "he is an artist , i am an accountant .",
        "my assistant is on holiday .",
        "i was born in lisbon , p 7 .",
        "tiny dogs are the best !",
    ],
)
def test_people_and_animals_are_not_taken_for_machines(text):
    assert not tells(text, ["pt-tiny", "p"])


def test_a_system_s_answers_stand_in_one_line(parley_home, tmp_path):
    seen = file_seen(
        "p", [tmp_path / "p" / "responses.jsonl"], "ab" * 32, {"c1": "hi , how\nare you ?"}, seed=7, among=["c1"]
    )

    assert seen.line() == "p: 1 answers from p/responses.jsonl, SHA-256 abababababab; to c1: 'hi , how are you ?'"


@pytest.mark.django_db
def test_a_study_says_what_was_read_and_how_far_form_tells(parley_home, tmp_path):
    for system in ("p", "pt"):
        more = " and that is what i always say to my friends" if system == "pt" else ""
        lines = [a_line(system, each, reply=f"number {each} of {system}{more}") for each in range(24)]
        named_responses(parley_home, system, lines)
    file = read_study_file(a_study_file(tmp_path, STUDY))

    created = create_study(name="snow", file=file, gathered=gathered(tmp_path), now=NOW)

    lines = list(created.lines())
    assert sum("24 answers from" in line and "SHA-256" in line for line in lines) == 2
    # Both samples are of one context, so that they can be held beside each other.
    assert len({each.sample_context for each in created.files}) == 1
    assert any(line.startswith("  Warning: form alone") and "tells p from pt in 100%" in line for line in lines)
    assert created.as_json()["form"][0]["accuracy"] == 1.0


@pytest.mark.django_db
def test_form_is_what_is_displayed_and_the_cure_is_named(parley_home, tmp_path):
    for system in ("p", "pt"):
        spelt = "well , number {} ." if system == "p" else "Well, number {}."
        lines = [a_line(system, each, reply=spelt.format(each if system == "p" else 90 - each)) for each in range(40)]
        named_responses(parley_home, system, lines)

    def made(name, text):
        file = read_study_file(a_study_file(tmp_path, text))
        return create_study(name=name, file=file, gathered=gathered(tmp_path), now=NOW).study

    plain, raw = made("plain", STUDY), made("raw", 'display = "as-is"\n' + STUDY)

    assert form_warnings(form_of(plain), display=plain.display) == ()
    (warning,) = form_warnings(form_of(raw), display=raw.display)
    assert 'display = "detokenised" evens out spaces and capitals.' in warning


@pytest.mark.django_db
def test_form_is_had_once_for_the_same_pairs(parley_home, tmp_path, django_assert_num_queries):
    two_systems(parley_home, contexts=24)
    file = read_study_file(a_study_file(tmp_path, STUDY))
    study = create_study(name="snow", file=file, gathered=gathered(tmp_path), now=NOW).study

    first = form_of(study)
    with django_assert_num_queries(2):
        again = form_of(study)

    assert again == first
