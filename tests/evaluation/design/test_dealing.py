from collections import Counter

import pytest

from evaluation.design.dealing import dealt_pairs
from evaluation.material.gathering import gather_named
from evaluation.opening.importing import create_study
from evaluation.study_files.study_file import read_study_file
from tests.cast import NOW
from tests.evaluation.files import STUDY, a_line, a_study_file, named_responses

CONTEXTS = {f"{domain}/{number}": domain for domain in ("here", "there") for number in range(12)}


def test_without_runs_every_two_systems_meet_on_every_context():
    assert set(dealt_pairs(("a", "b", "c"), CONTEXTS, seed=7).values()) == {((0, 1), (0, 2), (1, 2))}


def test_each_run_has_as_many_contexts_of_each_domain_and_equal_seeds_meet():
    pairs = dealt_pairs(("pt#s1", "pt#s2", "pt#s3", "p#s1", "p#s2", "p#s3"), CONTEXTS, seed=7)

    met = Counter((CONTEXTS[context], pair) for context, (pair,) in pairs.items())
    assert met == {(domain, (run, run + 3)): 4 for domain in ("here", "there") for run in range(3)}


def test_systems_with_fewer_runs_answer_more_contexts_each():
    pairs = dealt_pairs(("pt#s1", "pt#s2", "p"), CONTEXTS, seed=7)

    assert Counter(pair for (pair,) in pairs.values()) == {(0, 2): 12, (1, 2): 12}


def test_the_seed_decides_and_the_order_of_contexts_does_not():
    names = ("pt#s1", "pt#s2", "p")
    backwards = dict(reversed(CONTEXTS.items()))

    assert dealt_pairs(names, backwards, seed=7) == dealt_pairs(names, CONTEXTS, seed=7)
    assert dealt_pairs(names, CONTEXTS, seed=8) != dealt_pairs(names, CONTEXTS, seed=7)


@pytest.mark.django_db
def test_a_study_of_several_runs_judges_each_context_once(tmp_path, settings):
    settings.PARLEY_HOME = tmp_path
    for system in ("p", "pt#s1", "pt#s2"):
        lines = [a_line(system, number, reply=f"{system} says {number}") for number in range(6)]
        named_responses(tmp_path, system, lines)
    text = STUDY.replace('["p", "pt"]', '["p", "pt#s1", "pt#s2"]')
    text += '[plan]\nhypotheses = [{ criterion = "naturalness", better = "pt" }]\n'
    file = read_study_file(a_study_file(tmp_path, text))

    made = create_study(
        name="runs", file=file, gathered=gather_named(file.responses, folder=file.folder), now=NOW
    ).study  # fmt: skip

    pairs = Counter(made.items.values_list("first__system__name", "second__system__name"))
    assert pairs == {("p", "pt#s1"): 3, ("p", "pt#s2"): 3}


@pytest.mark.django_db
def test_runs_that_shared_out_the_contexts_in_one_file_are_judged_where_they_answered(tmp_path, settings):
    settings.PARLEY_HOME = tmp_path
    named_responses(tmp_path, "p", [a_line("p", number, reply=f"p says {number}") for number in range(6)])
    dealt = [
        a_line("pt", number, reply=f"run {run} says {number}") | {"run": run}
        for number, run in enumerate((1, 2, 2, 1, 2, 2))
    ]
    named_responses(tmp_path, "pt", dealt)
    text = STUDY + '[plan]\nhypotheses = [{ criterion = "naturalness", better = "pt", than = "p" }]\n'
    file = read_study_file(a_study_file(tmp_path, text))

    made = create_study(
        name="runs", file=file, gathered=gather_named(file.responses, folder=file.folder), now=NOW
    )  # fmt: skip

    judged = made.study.items.values_list("context__ident", "first__system__name", "second__system__name")
    assert {(ident[-7:-2], first, second) for ident, first, second in judged} == {
        (f"{number:05}", "p", f"pt#s{run}") for number, run in enumerate((1, 2, 2, 1, 2, 2))
    }
    assert made.missing == {"p": 0, "pt": 0}
