"""Studies of whole dialogues and of personas: made from their file, judged, simulated, exported and read back."""

import pytest

from evaluation.items.blinding import blinded
from evaluation.judging.assignment import claim_next
from evaluation.judging.practising import answer_practice, last_feedback, next_practice
from evaluation.models import Item, Response
from evaluation.opening.simulating import simulate
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_info, read_judgments, write_judgments
from evaluation.stats.analysis import analyse
from evaluation.stats.data.measures import Measures
from evaluation.studies.life import close_study
from evaluation.study_files.study_file import read_study_file
from evaluation.study_files.toml_table import BadToml
from tests.builders import a_dialogue
from tests.cast import NOW
from tests.evaluation.builders import an_annotator, judge_all
from tests.evaluation.files import a_study_file, a_study_made_of
from tests.evaluation.made_corpora import a_corpus, labelled_corpus, parallel_corpora, personas_of

pytestmark = pytest.mark.django_db

DIALOGUES = """\
title = "People against the machine"
kind = "dialogues"
dialogues = ["human", "machine/test"]
ethics = "none"
[[criteria]]
key = "coherence"
"""
PERSONAS = """\
title = "Who is like what"
kind = "persona"
personas = "labelled"
contexts = { per_level = 3 }
ethics = "none"
[[criteria]]
key = "extraversion"
[[criteria]]
key = "neuroticism"
"""
TRAITS = '[[criteria]]\nkey = "trait_consistency"\n'
LEVELS = [{"extraversion": "high"}] * 4 + [{"extraversion": "low", "neuroticism": "high"}] * 4 + [{}] * 4


def test_a_study_of_dialogues_shows_both_whole_and_the_people_in_them(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=3, turns=2)
    study = a_study_made_of(tmp_path, DIALOGUES).study
    ada = an_annotator(study)

    shown = blinded(claim_next(study=study, annotator=ada, now=NOW))

    number = int(shown.conversations[0][0].text.rpartition(" ")[2][:-1])
    assert shown.kind == "dialogues"
    assert {turns[0].text for turns in shown.conversations} == {
        f"Human turn 0 of talk {number}.",
        f"Machine turn 0 of talk {number}.",
    }
    assert shown.personas == tuple(
        tuple(fact[:1].upper() + fact[1:].replace(" i ", " I ") for fact in persona) for persona in personas_of(number)
    )
    assert [option.label for option in shown.questions[0].options] == [
        "Conversation 1",
        "About equal",
        "Conversation 2",
    ]
    assert shown.replies == ("", "")
    assert study.public_title == "Which conversation is better?"


def test_personas_are_shown_only_where_the_study_says_so(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=2)
    study = a_study_made_of(tmp_path, DIALOGUES.replace("ethics", "show = []\nethics")).study

    shown = blinded(claim_next(study=study, annotator=an_annotator(study), now=NOW))

    assert (shown.personas, shown.persona) == ((), ())


def test_a_trait_is_asked_of_the_speaker_who_was_told_it_after_all_else(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=2)
    study = a_study_made_of(tmp_path, DIALOGUES + TRAITS).study
    slot = claim_next(study=study, annotator=an_annotator(study), now=NOW)

    first = blinded(slot)
    slot.locked_at = NOW
    whole = blinded(slot)

    assert first.more_to_come
    assert whole.questions[1].text.startswith(
        "Speaker 2 is reserved, quiet and private. In which does that show better"
    )


def test_judgments_of_dialogues_are_exported_by_system_and_source_and_read_back(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=4)
    study = a_study_made_of(tmp_path, DIALOGUES).study
    judge_all(study, an_annotator(study))
    close_study(study=study, now=NOW)

    rows, info = rows_of(study), info_of(study)
    write_judgments(tmp_path / "judged.csv", rows, info)

    assert {(row.first, row.second, row.domain) for row in rows} == {("human", "machine", "human")}
    assert {row.cluster for row in rows} == {f"human/test/{number:05}" for number in range(4)}
    assert all(row.choice == row.displayed_left for row in rows)
    assert read_judgments(tmp_path / "judged.csv") == rows
    assert analyse(rows, info)["criteria"] == analyse(rows, read_info(tmp_path / "judged.csv"))["criteria"]
    # Seven words in each of eight turns, the full stop among them.
    assert set(info.measures.lengths["human"].values()) == {56}


def test_equal_dialogues_are_a_tie_that_nobody_is_asked_about(parley_home, tmp_path):
    same = [a_dialogue(number) for number in range(2)]
    a_corpus(parley_home, "human", same)
    other = [
        a_dialogue(0, corpus="machine", source=same[0].id),
        a_dialogue(1, corpus="machine", source=same[1].id, texts=("hello", "well , hello")),
    ]
    a_corpus(parley_home, "machine", other)

    made = a_study_made_of(tmp_path, DIALOGUES.replace("machine/test", "machine"))

    assert (made.automatic_ties, made.items, made.slots) == (1, 1, 3)
    assert "  1 pairs have equal dialogues: ties that nobody is asked about" in list(made.lines())


def test_checks_and_practice_of_dialogues_are_made_of_their_turns(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=20)
    known = '[checks]\nshare = 0.2\nmake = "shuffled-turns"\n[practice]\nmake = "shuffled-turns"\npairs = 1\n'

    made = a_study_made_of(tmp_path, DIALOGUES + known)

    checks = Item.objects.filter(study=made.study, is_check=True).select_related("first", "second", "context")
    assert (made.checks, made.practice, checks.count()) == (5, 1, 5)
    for item in checks:
        assert item.kind == Item.Kind.DIALOGUES
        assert item.first.turns != item.second.turns
        assert sorted(turn["text"] for turn in item.first.turns) == sorted(turn["text"] for turn in item.second.turns)
        assert item.context.partner_persona


def test_practice_with_dialogues_tells_what_was_right_in_the_words_of_the_page(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=8)
    study = a_study_made_of(tmp_path, DIALOGUES + '[practice]\nmake = "shuffled-turns"\npairs = 1\n').study
    ada = an_annotator(study)
    pair = next_practice(annotator=ada)
    right = Response.objects.get(pk=study.items.get(is_practice=True).first_id).turns[0]["text"]
    first_is_right = pair.item.conversations[0][0].text.lower().startswith(right[:18])

    answer_practice(annotator=ada, key=pair.key, answers={"coherence": "left" if first_is_right else "right"}, now=NOW)
    feedback = last_feedback(annotator=ada)

    assert feedback.right
    assert feedback.lessons[0].picked == f"Conversation {1 if first_is_right else 2}"
    assert feedback.why.startswith("The other conversation is the same one with its turns in another order")


def test_a_dry_run_of_dialogues_is_filled_and_shows_who_is_stronger(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=30)
    study = a_study_made_of(tmp_path, DIALOGUES).study

    run = simulate(study=study, annotators=6, truth={"human": 3.0}, seed=7, now=NOW)

    (comparison,) = analyse(rows_of(run.study), info_of(run.study))["criteria"]["coherence"]["comparisons"]
    assert (run.slots, run.unfilled) == (90, 0)
    assert comparison["domains"]["all"]["net_preference"]["value"] > 0.5


def test_the_same_file_and_corpora_change_nothing(parley_home, tmp_path):
    parallel_corpora(parley_home)
    first = a_study_made_of(tmp_path, DIALOGUES, opened=False)

    again = a_study_made_of(tmp_path, DIALOGUES, opened=False)

    assert (first.state, again.state, again.study) == ("created", "kept", first.study)
    assert next(iter(first.lines())) == "snow was created: human against machine, draft."


def test_a_persona_is_asked_about_by_its_sentences_alone_in_plain_words(parley_home, tmp_path):
    labelled_corpus(parley_home, LEVELS)
    study = a_study_made_of(tmp_path, PERSONAS).study

    shown = blinded(claim_next(study=study, annotator=an_annotator(study), now=NOW))

    assert (shown.kind, shown.turns, shown.conversations) == ("persona", (), ())
    assert shown.persona[1].startswith("My lucky number is ")
    assert [(each.name, [option.label for option in each.options], each.about) for each in shown.questions] == [
        ("Outgoing or reserved", ["Outgoing", "Reserved", "Cannot tell"], ""),
        ("Anxious or calm", ["Anxious", "Calm", "Cannot tell"], ""),
    ]
    assert study.public_title == "What is this person like?"


def test_one_item_per_persona_and_so_many_annotators(parley_home, tmp_path):
    labelled_corpus(parley_home, LEVELS)

    made = a_study_made_of(tmp_path, PERSONAS)

    assert made.items == made.contexts["labelled"] == made.study.contexts.count()
    assert made.slots == 3 * made.items
    assert f"  {made.items} personas ({made.items} of labelled), 2 questions about each; {made.slots} slots" in list(
        made.lines()
    )


def test_labels_of_people_are_exported_with_the_labellers_beside_and_held_against_them(parley_home, tmp_path):
    labelled_corpus(parley_home, LEVELS)
    study = a_study_made_of(tmp_path, PERSONAS.replace("per_level = 3", "per_level = 9")).study
    for code in ("A-ADA", "A-BO", "A-CY"):
        judge_all(study, an_annotator(study, code), {"extraversion": "high", "neuroticism": "unclear"})
    close_study(study=study, now=NOW)

    rows, info = rows_of(study), info_of(study)
    write_judgments(tmp_path / "labels.csv", rows, info)
    found = analyse(read_judgments(tmp_path / "labels.csv"), read_info(tmp_path / "labels.csv"))["labels"]

    assert {(row.first, row.second, row.system) for row in rows} == {("", "", "")}
    assert info.labelled.keys() == set(study.contexts.values_list("ident", flat=True))
    personas = study.contexts.count()
    assert found["given"]["extraversion"]["high"]["judgments"] == 3 * personas
    # People call everybody outgoing; the labeller says so of 4 in 12, all of whom were drawn.
    assert found["traits"]["extraversion"]["accuracy"]["value"] == pytest.approx(4 / 12)
    assert found["traits"]["extraversion"]["kappa"]["value"] == 0
    assert info.measures == Measures()


def test_a_dry_run_of_a_labelling_study_mostly_agrees_with_the_labeller(parley_home, tmp_path):
    labelled_corpus(parley_home, LEVELS * 3)
    study = a_study_made_of(tmp_path, PERSONAS.replace("per_level = 3", "per_level = 30")).study

    run = simulate(study=study, annotators=5, truth={}, seed=7, now=NOW)

    found = analyse(rows_of(run.study), info_of(run.study))["labels"]["traits"]["extraversion"]
    assert (run.slots, run.unfilled) == (108, 0)
    assert 0.6 < found["accuracy"]["value"] < 1
    assert found["agreement"]["alpha_nominal"]["value"] > 0.3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (DIALOGUES.replace("dialogues = [", 'responses = ["p"]\ndialogues = ['), 'responses: goes with kind = "pair"'),
        (DIALOGUES.replace('"human", ', ""), "dialogues: expected at least two corpora to compare, got 1"),
        (DIALOGUES.replace("ethics", 'show = ["traits"]\nethics'), "show: expected a list of personas"),
        (DIALOGUES.replace("ethics", 'contexts = { balance = ["depth"] }\nethics'), "balance: a whole dialogue has no"),
        (DIALOGUES + '[checks]\nshare = 0.1\nmake = "shuffled-context"\n', "make: expected one of shuffled-turns"),
        (DIALOGUES + '[checks]\nshare = 0.1\nfile = "own.jsonl"\n', "file: pairs of dialogues with a known answer are"),
        (PERSONAS.replace("personas =", "corpus ="), "'personas' is missing"),
        (PERSONAS.replace("per_level", "per_domain"), "per_domain: unknown key; expected per_level, seed"),
        (PERSONAS + 'scale = "preference"\n', "scale: expected one of rating, label"),
        (PERSONAS + 'needs = "traits"\n', "needs: a persona's traits are what is asked"),
        (PERSONAS + '[checks]\nshare = 0.1\nmake = "x"\n', "checks: nothing is known for sure of a persona"),
        (PERSONAS + '[practice]\nmake = "x"\n', "practice: nothing is known for sure of a persona"),
        (PERSONAS.replace("ethics", 'show = ["personas"]\nethics'), 'show: goes with kind = "dialogues" alone'),
        (
            PERSONAS + '[plan]\nhypotheses = [{ criterion = "extraversion", better = "x" }]\n',
            "hypotheses: nothing is compared in a study of personas",
        ),
        (PERSONAS + "[controls]\nceiling_share = 0.1\n", "controls: goes with"),
        (DIALOGUES + "[controls]\nceiling_share = 0.1\n", "controls: goes with"),
    ],
)
def test_what_goes_with_another_kind_is_refused_with_its_line(tmp_path, text, complaint):
    with pytest.raises(BadToml, match=rf"study\.toml:\d+: .*{complaint}"):
        read_study_file(a_study_file(tmp_path, text))
