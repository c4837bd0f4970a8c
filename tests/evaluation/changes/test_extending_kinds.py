"""Studies of whole dialogues and of personas grow as those of pairs do: by the same draw, what stands left alone."""

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.changes.amending import amend
from evaluation.changes.amending_file import changes_in
from evaluation.changes.extending import extend
from evaluation.changes.extending_files import FilesMissing, material_in, material_of
from evaluation.changes.further import CannotExtend
from evaluation.material.by_kind import gather_file
from evaluation.models import Amendment, Item, Membership, Study
from evaluation.opening.importing import create_study
from evaluation.results.exporting import info_of, rows_of
from evaluation.stats.analysis import analyse
from evaluation.studies.life import close_study
from evaluation.study_files.study_file import read_study_file
from tests.cast import NOW
from tests.evaluation.api.builders import a_script
from tests.evaluation.builders import a_researcher, an_annotator, judge_all
from tests.evaluation.files import a_study_file, a_study_made_of
from tests.evaluation.made_corpora import labelled_corpus, parallel_corpora

pytestmark = pytest.mark.django_db
WHY = "agreement is low"

DIALOGUES = """\
title = "People against the machine"
kind = "dialogues"
dialogues = ["human", "machine/test"]
contexts = { per_domain = 4 }
ethics = "none"
[[criteria]]
key = "coherence"
"""
PERSONAS = """\
title = "Who is like what"
kind = "persona"
personas = "labelled"
contexts = { per_level = 2 }
ethics = "none"
[[criteria]]
key = "extraversion"
"""
LEVELS = [{"extraversion": "high"}] * 6 + [{"extraversion": "low"}] * 8 + [{}] * 4


@pytest.fixture
def dialogues(parley_home, tmp_path) -> Study:
    """Four of sixteen sources are judged, three times each."""
    parallel_corpora(parley_home, sources=16, turns=2)
    return a_study_made_of(tmp_path, DIALOGUES).study


@pytest.fixture
def personas(parley_home, tmp_path) -> Study:
    """Two of each level of eighteen personas are labelled, three times each."""
    labelled_corpus(parley_home, LEVELS)
    return a_study_made_of(tmp_path, PERSONAS).study


def slots(study: Study) -> list[tuple]:
    return list(study.slots.order_by("pk").values_list("pk", "item", "number", "position", "first_on_left"))


def test_more_dialogues_come_by_the_same_draw_whole_and_with_sides_balanced(dialogues, tmp_path):
    judge_all(dialogues, an_annotator(dialogues))
    before, contexts = slots(dialogues), set(dialogues.contexts.values_list("ident", flat=True))

    made = extend(
        study=dialogues, because=WHY, now=NOW, per_domain=10, judgments_per_pair=4, gathered=material_of(dialogues)
    )

    assert (made.contexts, made.items, made.slots) == ({"human": 6}, 6, 4 + 6 * 4)
    assert slots(dialogues)[: len(before)] == before
    assert set(dialogues.contexts.values_list("ident", flat=True)) > contexts
    items = dialogues.items.select_related("first", "second")
    assert {(each.kind, len(each.first.turns), len(each.second.turns)) for each in items} == {("dialogues", 2, 2)}
    sides = [list(each.slots.values_list("first_on_left", flat=True)) for each in items]
    assert {(len(each), sum(each)) for each in sides} == {(4, 2)}
    # As if ten had been asked for from the start.
    now = set(dialogues.contexts.values_list("ident", flat=True))
    Study.objects.all().delete()
    assert (
        set(a_study_made_of(tmp_path, DIALOGUES.replace("4", "10")).study.contexts.values_list("ident", flat=True))
        == now
    )


def test_dialogues_with_a_known_answer_are_never_judged(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=16, turns=6)
    study = a_study_made_of(tmp_path, DIALOGUES + '[checks]\nshare = 0.2\nmake = "shuffled-turns"\n').study
    known = set(study.items.filter(is_check=True).values_list("context__ident", flat=True))

    extend(study=study, because=WHY, now=NOW, per_domain=100, gathered=material_of(study))

    judged = set(study.items.filter(is_check=False).values_list("context__ident", flat=True))
    assert known
    assert not known & judged
    assert len(known | judged) == 16


def test_changed_dialogues_are_refused_and_nothing_changes(dialogues, parley_home):
    parallel_corpora(parley_home, sources=17, turns=2)

    with pytest.raises(CannotExtend, match="human was frozen under the digest"):
        extend(study=dialogues, because=WHY, now=NOW, per_domain=6, gathered=material_of(dialogues))

    assert (dialogues.items.count(), Amendment.objects.count()) == (4, 0)


def test_more_personas_hold_the_first_and_their_weights_are_those_of_the_larger_sample(personas, tmp_path):
    judge_all(personas, an_annotator(personas), {"extraversion": "high"})
    before, contexts = slots(personas), set(personas.contexts.values_list("ident", flat=True))

    gathered = material_of(personas, per_level=4)
    made = extend(study=personas, because=WHY, now=NOW, per_level=4, judgments_per_pair=4, gathered=gathered)

    assert (len(contexts), made.contexts, made.items) == (6, {"labelled": 6}, 6)
    assert slots(personas)[: len(before)] == before
    assert {each.slots.count() for each in personas.items.all()} == {4}
    assert set(personas.items.values_list("kind", "first", "second")) == {("persona", None, None)}
    assert set(personas.contexts.values_list("ident", flat=True)) > contexts
    assert made.amendment.text == f"Extended from 3 to 4 judgments for each persona and from 6 to 12 personas: {WHY}"
    # Four of 6 called outgoing, of 8 called reserved, and all 4 that are unclear.
    labelled = personas.design["labelled"].values()
    weights = Counter((each["levels"]["extraversion"], round(each["weight"], 9)) for each in labelled)
    assert weights == {("high", 1.5): 4, ("low", 2.0): 4, ("unclear", 1.0): 4}
    kept = personas.design["labelled"]
    Study.objects.all().delete()
    assert (
        a_study_made_of(tmp_path, PERSONAS.replace("per_level = 2", "per_level = 4")).study.design["labelled"] == kept
    )


def test_the_labels_of_an_extended_study_are_held_against_all_of_them(personas):
    extend(study=personas, because=WHY, now=NOW, per_level=9, gathered=material_of(personas, per_level=9))
    for code in ("A-ADA", "A-BO", "A-CY"):
        judge_all(personas, an_annotator(personas, code), {"extraversion": "high"})
    close_study(study=personas, now=NOW)

    found = analyse(rows_of(personas), info_of(personas))["labels"]

    # People call everybody outgoing; the labeller says so of 6 in 18, all of whom are in the study by now.
    assert found["traits"]["extraversion"]["accuracy"]["value"] == pytest.approx(6 / 18)


def test_labels_that_changed_are_refused(personas, parley_home):
    labelled_corpus(parley_home, [*LEVELS, {"extraversion": "high"}])

    with pytest.raises(CannotExtend, match="labelled was labelled otherwise"):
        extend(study=personas, because=WHY, now=NOW, per_level=4, gathered=material_of(personas, per_level=4))

    personas.refresh_from_db()
    assert (personas.items.count(), len(personas.design["labelled"])) == (6, 6)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"per_level": 2}, "expected more than the study has; with 2 the same 6 are drawn"),
        ({"per_level": 1}, "with 1, 3 that the study has are not drawn"),
        ({"per_level": 0}, "expected at least 1, got 0"),
        ({"per_domain": 9}, "personas are drawn by trait and level"),
        ({"judgments_per_pair": 3}, "every persona is planned 3 times already"),
        ({"judgments_per_pair": 2}, "judgments per persona: expected 3 or more, got 2"),
        ({}, "expected more judgments per persona, more personas per level, or both"),
    ],
)
def test_what_is_no_extension_of_personas_is_refused(personas, asked, expected):
    gathered = material_of(personas, per_level=max(1, asked.get("per_level", 1)))

    with pytest.raises(CannotExtend, match=expected):
        extend(study=personas, because=WHY, now=NOW, gathered=gathered, **asked)


def test_dialogues_are_not_asked_for_by_level(dialogues):
    with pytest.raises(CannotExtend, match="the study has none to be labelled"):
        extend(study=dialogues, because=WHY, now=NOW, per_level=4)


def test_the_command_extends_both_kinds(parley_home, tmp_path):
    parallel_corpora(parley_home, sources=8, turns=2)
    a_study_made_of(tmp_path, DIALOGUES)
    out, said = StringIO(), StringIO()

    call_command("extend_study", "snow", "--because", WHY, "--per-domain", "6", "--json", stdout=out, stderr=said)
    with pytest.raises(CommandError, match="is made of dialogues, not of responses") as refused:
        call_command("extend_study", "snow", "--because", WHY, "--per-domain", "7", "--responses", "x.jsonl")

    assert json.loads(out.getvalue())["contexts"] == {"human": 2}
    assert "2 more contexts of human" in said.getvalue()
    assert refused.value.returncode == 2

    Study.objects.all().delete()
    labelled_corpus(parley_home, LEVELS)
    a_study_made_of(tmp_path, PERSONAS)
    out, said = StringIO(), StringIO()
    call_command("extend_study", "snow", "--because", WHY, "--per-level", "3", "--json", stdout=out, stderr=said)
    assert json.loads(out.getvalue())["contexts"] == {"labelled": 3}
    assert "every persona has 3 now" in said.getvalue()
    assert "3 more personas of labelled" in said.getvalue()


def test_where_the_corpora_are_gone_the_site_says_who_can_extend_it(personas, dialogues_gone):
    with pytest.raises(FilesMissing, match="extend_study snow --per-level N --folder DIR"):
        material_of(personas, per_level=4)


@pytest.fixture
def dialogues_gone(personas, parley_home):
    for path in (parley_home / "corpora" / "labelled").iterdir():
        path.unlink()


def test_paths_on_the_server_are_for_commands(parley_home, tmp_path):
    folder = labelled_corpus(parley_home, LEVELS)
    study = a_study_made_of(tmp_path, PERSONAS.replace('"labelled"', f'"{folder}"')).study

    with pytest.raises(FilesMissing, match="are not on the site"):
        material_of(study, per_level=4)
    assert len(material_in(study, tmp_path, per_level=4).contexts) == 12


def test_scripts_and_the_page_extend_personas(personas, client):
    cleo = a_researcher()
    Membership.objects.create(study=personas, researcher=cleo, role="owner")
    client.force_login(cleo)
    place = "/studies/snow/extend/"

    page = client.get(place).text
    by_script = a_script().post("/api/v1/studies/snow/extend/", {"because": WHY, "per_level": 3})
    wrong = a_script().post("/api/v1/studies/snow/extend/", {"because": WHY, "per_domain": 3})
    by_page = client.post(place, {"because": WHY, "per_level": 4, "judgments_per_pair": 3}, follow=True)

    assert "Personas of each trait and level" in page
    assert "Contexts of each domain" not in page
    assert "6 personas of labelled" in page
    assert (by_script.status_code, by_script.json()["contexts"]) == (200, {"labelled": 3})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "cannot_extend")
    assert "The study is extended by 9 slots." in by_page.text
    assert personas.items.count() == 12


def test_scripts_extend_dialogues(dialogues):
    Membership.objects.create(study=dialogues, researcher=a_researcher(), role="owner")

    made = a_script().post("/api/v1/studies/snow/extend/", {"because": WHY, "per_domain": 6})

    assert (made.status_code, made.json()["contexts"]) == (200, {"human": 2})
    assert Item.objects.count() == 6


def test_an_extended_study_is_kept_when_its_file_is_read_again_and_amended_by_it(personas, tmp_path):
    extend(study=personas, because=WHY, now=NOW, per_level=4, gathered=material_of(personas, per_level=4))
    file = read_study_file(a_study_file(tmp_path / "snow", PERSONAS))

    again = create_study(name="snow", file=file, gathered=gather_file(file), now=NOW)
    changed = read_study_file(a_study_file(tmp_path / "snow", PERSONAS.replace("ethics", "max_share = 0.5\nethics")))
    changes = changes_in(personas, changed)
    amend(study=personas, changes=changes, because=WHY, now=NOW)

    assert (again.state, changes) == ("kept", {"max_share": 0.5})
    personas.refresh_from_db()
    assert personas.max_share == 0.5
