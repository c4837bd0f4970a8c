"""A study made from its file: what is in it, when it is kept, and when it is replaced."""

from collections import Counter

import pytest

from evaluation.annotators.joining import create_invite, find_invite
from evaluation.material.comparing import study_of
from evaluation.material.gathering import WrongFiles, gather_named
from evaluation.models import AuditEntry, Item, Membership, Study
from evaluation.opening.importing import NameTaken, create_study
from evaluation.studies.life import open_study
from evaluation.study_files.study_file import read_study_file
from tests.builders import SKIER
from tests.cast import NOW
from tests.evaluation.builders import a_researcher, an_annotator
from tests.evaluation.files import (
    STUDY,
    a_line,
    a_study_file,
    an_outside_line,
    named_responses,
    two_systems,
    write_lines,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def the_study(folder, text=STUDY, *, name="snow", **options):
    file = read_study_file(a_study_file(folder, text))
    gathered = gather_named(file.responses, folder=folder)
    return create_study(name=name, file=file, gathered=gathered, now=NOW, **options)


def test_a_study_holds_its_systems_contexts_pairs_and_planned_slots(parley_home, tmp_path):
    two_systems(parley_home)

    study = the_study(tmp_path, "judgments_per_pair = 2\n" + STUDY).study

    assert (study.name, study.state, study.simulated, study.plan) == ("snow", "draft", False, {})
    assert [(each.name, each.position, each.responses_count) for each in study.systems.order_by("position")] == [
        ("p", 0, 6),
        ("pt", 1, 6),
    ]
    context = study.contexts.get(ident="personalitychat/test/00001#2")
    assert (context.cluster, context.domain, context.speaker, tuple(context.persona)) == (
        "personalitychat/test/00001",
        "personalitychat",
        0,
        SKIER,
    )
    item = context.items.get()
    assert (item.first.system.name, item.first.text, item.second.system.name) == ("p", "reply 1.2 of kind 1", "pt")
    assert study.slots.count() == 12
    assert sorted(study.slots.values_list("position", flat=True)) == list(range(12))
    assert Counter(study.slots.values_list("item", "first_on_left")) == {
        (item, side): 1 for item in study.items.values_list("pk", flat=True) for side in (True, False)
    }
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["created"]


def test_pairs_with_equal_replies_are_ties_that_nobody_is_asked_about(parley_home, tmp_path):
    for system, reply in (("p", "i don ' t know ."), ("pt", "I don't know.")):
        named_responses(parley_home, system, [a_line(system, 0, reply=reply), a_line(system, 1)])

    created = the_study(tmp_path)

    assert (created.items, created.automatic_ties, created.slots) == (1, 1, 3)
    assert Item.objects.get(automatic_tie=True).slots.count() == 0


def test_three_systems_make_three_pairs_in_each_context_and_one_trait_is_asked_of_all(parley_home, tmp_path):
    traits = {"openness": "high", "extraversion": "low", "neuroticism": "unclear"}
    for system in ("p", "ptx", "human"):
        named_responses(parley_home, system, [a_line(system, number, traits=traits) for number in range(4)])
    text = STUDY.replace('"p", "pt"', '"p", "ptx", "human"') + '[[criteria]]\nkey = "trait_consistency"\n'

    study = the_study(tmp_path, text).study

    assert Counter(study.items.values_list("first__system__name", "second__system__name")) == {
        ("p", "ptx"): 4,
        ("p", "human"): 4,
        ("ptx", "human"): 4,
    }
    asked = set(study.items.values_list("context", "trait", "level"))
    assert Counter((trait, level) for _, trait, level in asked) == {("openness", "high"): 2, ("extraversion", "low"): 2}


def test_a_context_of_which_nothing_can_be_asked_is_left_out(parley_home, tmp_path):
    for system in ("p", "pt"):
        named_responses(
            parley_home, system, [a_line(system, n, traits={"openness": "high"} if n else {}) for n in range(3)]
        )
    text = STUDY.replace("naturalness", "trait_consistency")

    assert the_study(tmp_path, text).contexts == {"personachat": 2}


def test_nothing_to_judge_is_an_error_and_leaves_nothing(parley_home, tmp_path):
    two_systems(parley_home)

    with pytest.raises(WrongFiles, match="every question needs a stated trait, and none is stated"):
        the_study(tmp_path, STUDY.replace("naturalness", "trait_consistency"))

    assert not Study.objects.exists()


def test_repeats_are_planned_late_with_sides_swapped(parley_home, tmp_path):
    two_systems(parley_home)

    study = the_study(tmp_path, "repeat_share = 0.1\n" + STUDY).study

    repeats = list(study.slots.filter(look=2).order_by("position"))
    # A tenth of eighteen.
    assert [slot.position for slot in repeats] == [18, 19]
    assert all(slot.first_on_left != slot.repeats.first_on_left for slot in repeats)


@pytest.mark.parametrize(
    ("hypothesis", "message"),
    [
        ('better = "gpt"', r"plan.hypotheses\[1\].better: expected one of p, pt, got 'gpt'"),
        ('better = "pt", than = "gpt"', r"plan.hypotheses\[1\].than: expected one of p, pt, got 'gpt'"),
        ('better = "pt", than = "pt"', r"plan.hypotheses\[1\].than: expected which other system 'pt' is compared with"),
        ('better = "pt", domain = "moon"', r"domain: expected one of all, personachat, personalitychat, got 'moon'"),
    ],
)
def test_a_plan_about_what_is_not_there_is_refused(parley_home, tmp_path, hypothesis, message):
    two_systems(parley_home)

    with pytest.raises(WrongFiles, match=message):
        the_study(tmp_path, f'{STUDY}[plan]\nhypotheses = [{{ criterion = "naturalness", {hypothesis} }}]\n')


def test_a_name_that_no_study_may_have_is_refused(parley_home, tmp_path):
    two_systems(parley_home)

    with pytest.raises(WrongFiles, match="name: Lower-case letters, digits"):
        the_study(tmp_path, name="Snow & Rain")


def test_made_again_from_the_same_files_it_is_kept(parley_home, tmp_path):
    two_systems(parley_home)
    before = the_study(tmp_path)
    an_annotator(before.study)

    again = the_study(tmp_path)

    assert (again.state, again.study, again.slots) == ("kept", before.study, before.slots)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("change", ["file", "responses"])
def test_made_from_others_it_is_replaced_while_nobody_has_joined_and_its_links_go_on(parley_home, tmp_path, change):
    two_systems(parley_home)
    cleo = a_researcher()
    before = the_study(tmp_path, owner=cleo).study
    open_study(study=before, now=NOW)
    token = create_invite(study=before, personal=True, now=NOW).token
    if change == "responses":
        two_systems(parley_home, contexts=7)

    again = the_study(tmp_path, STUDY if change == "responses" else "max_share = 0.5\n" + STUDY)

    assert (again.state, again.study.state) == ("replaced", "draft")
    assert Study.objects.get() == again.study != before
    assert find_invite(token, now=NOW).study == again.study
    assert Membership.objects.get().researcher == cleo
    assert list(again.study.audit.order_by("pk").values_list("action", flat=True)) == ["created", "replaced"]


def test_a_study_that_somebody_joined_is_never_replaced(parley_home, tmp_path):
    two_systems(parley_home)
    before = the_study(tmp_path).study
    an_annotator(before)

    with pytest.raises(NameTaken, match=r"the study 'snow' is there already, .* 1 annotators have joined it"):
        the_study(tmp_path, "max_share = 0.5\n" + STUDY)

    assert Study.objects.get() == before


def test_another_study_of_that_name_is_never_replaced(parley_home, tmp_path):
    two_systems(parley_home)
    before = the_study(tmp_path).study

    with pytest.raises(NameTaken, match="another study is called 'snow' already: 'PT against P'"):
        the_study(tmp_path, STUDY.replace("PT against P", "Rain"))

    assert Study.objects.get() == before


def test_a_study_is_made_with_the_same_number_of_queries_whatever_its_size(
    parley_home, tmp_path, django_assert_max_num_queries
):
    two_systems(parley_home, contexts=60)

    with django_assert_max_num_queries(40):
        the_study(tmp_path)


def test_two_files_from_outside_make_a_study_with_the_questions_that_come_with_parley(tmp_path):
    for name in ("a", "b"):
        write_lines(
            tmp_path / f"{name}.jsonl", [an_outside_line(number, f"{name} says {number}") for number in range(3)]
        )

    responses = ["./a.jsonl", "./b.jsonl"]
    gathered = gather_named(responses, folder=tmp_path)
    file = study_of(gathered, responses=responses, folder=tmp_path)
    study = create_study(name="a-against-b", file=file, gathered=gathered, now=NOW).study

    assert (study.title, study.slots.count()) == ("a against b", 9)
    assert list(study.criteria.order_by("position").values_list("key", flat=True)) == ["naturalness", "coherence"]
    context = study.contexts.get(ident="c0")
    # One turn precedes the reply: the partner's, so the other one answers.
    assert (context.domain, context.cluster, context.speaker) == ("default", "c0", 1)


def test_with_stated_traits_a_comparison_asks_about_them_last(parley_home, tmp_path):
    two_systems(parley_home, traits={"openness": "high"})

    gathered = gather_named(["p", "pt"], folder=tmp_path)
    file = study_of(gathered, responses=["p", "pt"], folder=tmp_path, title="Two", per_domain=2)

    assert [(each.key, each.after) for each in file.criteria] == [
        ("naturalness", ()),
        ("coherence", ()),
        ("trait_consistency", ("naturalness", "coherence")),
    ]
    assert (file.title, file.contexts.per_domain) == ("Two", 2)
