"""The annotator's verbs: a whole session over the API, each judgment counted once, nothing that says who is who."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaluation.models import Annotator, Draft, Judgment, JudgmentRevision, Study
from evaluation.results.exporting import rows_of
from evaluation.studies.life import close_study, pause_study
from tests.cast import NOW
from tests.evaluation.api.builders import a_front_end, an_invite, answers_to, claimed, judged, sent
from tests.evaluation.builders import THREE_CRITERIA, a_researcher, a_study
from tests.evaluation.views.builders import PLANTED
from tests.evaluation.views.builders import a_study as a_planted_study

pytestmark = pytest.mark.django_db

ME = "/api/v1/annotate/"


def pair_of(claim) -> str:
    return f"{ME}pairs/{claim['item']['pair']}/"


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_whole_session_over_the_api_gives_the_judgments_that_pages_would():
    study = a_study(contexts=3, criteria=THREE_CRITERIA, traits={"extraversion": "high"})
    client = a_front_end(study)
    claim = claimed(client)

    shown = []
    while claim is not None and claim["item"] is not None:
        shown.append(claim["item"]["replies"][0])
        claim = judged(client, claim, claim=True).json()["next"]

    rows = rows_of(study)
    assert len(shown) == len(set(shown)) == 3
    assert [row.criterion for row in rows] == ["naturalness", "coherence", "trait_consistency"] * 3
    assert {row.choice == row.displayed_left for row in rows} == {True}
    assert sent(client, f"{ME}claim/").json()["item"] is None
    assert client.get(f"{ME}me/").json()["stage"] == "judge"
    assert client.get(f"{ME}progress/").json().items() >= {"done": 3, "left": 0}.items()


def test_claiming_twice_brings_the_same_pair():
    client = a_front_end(a_study(contexts=3))

    assert claimed(client)["item"] == claimed(client)["item"]


def test_a_submit_that_arrives_twice_is_counted_once_and_answered_alike():
    client = a_front_end(a_study(contexts=2))
    claim = claimed(client)

    first = judged(client, claim, key="k1").json()
    again = judged(client, claim, key="k1").json()

    assert first == again
    assert Judgment.objects.count() == 1


def test_the_last_pair_can_be_changed_and_what_it_said_is_kept():
    client = a_front_end(a_study(contexts=2))
    judged(client, claimed(client), value="left")

    back = client.get(f"{ME}last/").json()
    answer = judged(client, back, value="tie", key="changed")

    assert back["item"]["changing"] is True
    assert (answer.status_code, Judgment.objects.get().choice) == (200, "tie")
    assert JudgmentRevision.objects.get().choice == "left"


def test_a_draft_comes_back_with_the_next_claim():
    client = a_front_end(a_study(contexts=1))
    claim = claimed(client)

    answer = sent(client, f"{pair_of(claim)}draft/", {"answers": answers_to(claim["item"], "tie")}, method="put")

    assert answer.status_code == 204
    assert Draft.objects.count() == 1
    assert claimed(client)["item"]["questions"][0]["chosen"] == "tie"


def test_traits_are_shown_only_once_the_first_sheet_is_locked():
    client = a_front_end(a_study(contexts=1, criteria=THREE_CRITERIA, traits={"extraversion": "high"}))
    claim = claimed(client)

    locked = sent(client, f"{pair_of(claim)}lock/", {"answers": answers_to(claim["item"])}).json()["item"]

    assert claim["item"]["more_to_come"] is True
    assert [each["field"] for each in claim["item"]["questions"]] == ["naturalness", "coherence"]
    assert "outgoing" not in json.dumps(claim)
    assert [(each["field"], each["locked"]) for each in locked["questions"]] == [
        ("naturalness", True),
        ("coherence", True),
        ("trait_consistency", False),
    ]


def test_what_was_not_locked_first_is_not_counted():
    client = a_front_end(a_study(contexts=1, criteria=THREE_CRITERIA, traits={"extraversion": "high"}))
    claim = claimed(client)

    answer = sent(client, f"{pair_of(claim)}submit/", {"key": "k", "answers": {"trait_consistency": "left"}})

    assert code_of(answer) == (422, "answers_missing")
    assert [each["field"] for each in answer.json()["errors"]] == ["naturalness", "coherence"]
    assert Judgment.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"key": "k", "answers": {"naturalness": "zebra"}}, 400, "bad_answer"),
        ({"key": "k", "answers": {"zebra": "left"}}, 400, "bad_answer"),
        ({"key": "k", "answers": {"naturalness": "\0"}}, 400, "invalid"),
        ({"key": "k", "answers": {}}, 422, "answers_missing"),
        ({"key": "", "answers": {"naturalness": "left"}}, 400, "invalid"),
        ({"answers": {"naturalness": "left"}}, 400, "invalid"),
        ({"key": "k", "answers": {"naturalness": "left"}, "problem": "boring"}, 400, "invalid"),
        ({"key": "k", "answers": {"naturalness": "left"}, "seconds": -1}, 400, "invalid"),
        ({"key": "k", "answers": {"naturalness": "left"}, "comment": "x" * 5000}, 400, "invalid"),
        ({"key": "k", "answers": {"naturalness": "left"}, "speed": 3}, 400, "invalid"),
    ],
)
def test_what_was_not_offered_is_refused_and_nothing_is_counted(body, status, code):
    client = a_front_end(a_study(contexts=1))

    answer = sent(client, f"{pair_of(claimed(client))}submit/", body)

    assert code_of(answer) == (status, code)
    assert Judgment.objects.count() == 0


def test_a_problem_and_a_comment_are_kept_and_never_block():
    study = a_study(contexts=1)
    client = a_front_end(study)

    answer = judged(client, claimed(client), problem="unsafe", comment="it threatens")

    assert answer.status_code == 200
    assert list(study.slots.values_list("problem", "comment")) == [("unsafe", "it threatens")]


def test_a_pair_can_be_passed_over_where_the_study_allows_it():
    study = a_study(contexts=2, may_skip=True)
    client = a_front_end(study)
    claim = claimed(client)

    answer = sent(client, f"{pair_of(claim)}skip/")

    assert answer.status_code == 200
    assert claimed(client)["item"]["replies"] != claim["item"]["replies"]
    assert Judgment.objects.count() == 0


def test_a_pair_cannot_be_passed_over_elsewhere():
    client = a_front_end(a_study(contexts=1))

    answer = sent(client, f"{pair_of(claimed(client))}skip/")

    assert code_of(answer) == (409, "skipping_not_offered")


def test_no_pair_is_given_out_before_the_instructions_were_read():
    study = a_study(contexts=1)
    invite = an_invite(study)
    version = sent(Client(), f"{ME}enter/", {"invite": invite}).json()["study"]["consent_version"]
    joined = sent(Client(), f"{ME}join/", {"invite": invite, "consent_version": version}).json()
    client = Client(headers={"Authorization": f"Annotator {joined['token']}"})

    answer = sent(client, f"{ME}claim/")

    assert joined["stage"] == "instructions"
    assert code_of(answer) == (409, "wrong_stage")
    assert study.slots.filter(annotator__isnull=False).count() == 0


def test_a_study_that_rests_takes_no_judgment_and_gives_out_no_pair():
    study = a_study(contexts=2)
    client = a_front_end(study)
    claim = claimed(client)
    pause_study(study=study, now=NOW)

    assert code_of(judged(client, claim)) == (409, "study_not_open")
    assert code_of(sent(client, f"{ME}claim/")) == (409, "study_not_open")
    assert client.get(f"{ME}me/").json()["study"]["is_open"] is False


def test_withdrawing_has_to_be_meant_and_deletes_what_was_judged():
    study = a_study(contexts=2)
    client = a_front_end(study)
    judged(client, claimed(client))

    meant_not = sent(client, f"{ME}withdraw/", {})
    meant = sent(client, f"{ME}withdraw/", {"confirm": "withdraw"})

    assert meant_not.status_code == 400
    assert meant.json() == {"judged": 1}
    assert (Judgment.objects.count(), study.annotators.get().state) == (0, Annotator.State.WITHDRAWN)
    assert code_of(sent(client, f"{ME}claim/")) == (409, "wrong_stage")


def test_somebody_elses_pair_is_not_there():
    study = a_study(contexts=2)
    ada, bo = a_front_end(study), a_front_end(study)
    claim = claimed(ada)

    for verb, body in (("submit", {"key": "k", "answers": {"naturalness": "left"}}), ("skip", {}), ("lock", {})):
        body = body or ({"answers": {"naturalness": "left"}} if verb == "lock" else {})
        assert code_of(sent(bo, f"{pair_of(claim)}{verb}/", body)) == (404, "not_found")
    assert Judgment.objects.count() == 0


def test_an_annotators_token_reads_no_study_and_a_researchers_judges_nothing():
    study = a_study(contexts=1, owner=a_researcher())
    client = a_front_end(study)

    assert client.get("/api/v1/studies/snow/").status_code == 401
    assert Client().get(f"{ME}me/").status_code == 401


def test_nothing_that_a_front_end_gets_tells_a_system():
    study = a_planted_study(pairs=4)
    client, told = a_front_end(study, invite=an_invite(study, personal=False)), []
    invite = an_invite(study)

    def kept(answer):
        told.append(f"{answer.status_code} {answer.headers} {answer.cookies} {answer.text}")
        return answer

    kept(sent(Client(), f"{ME}enter/", {"invite": invite}))
    kept(sent(Client(), f"{ME}enter/", {"invite": "made up"}))
    kept(client.get(f"{ME}me/"))
    kept(client.get(f"{ME}background/"))
    kept(client.get(f"{ME}practice/"))
    kept(client.get(f"{ME}last/"))
    for number in range(5):
        claim = kept(sent(client, f"{ME}claim/")).json()
        if claim["item"] is None:
            break
        pair = pair_of(claim)
        kept(sent(client, f"{pair}submit/", {"key": "bad", "answers": {"zebra": "left"}}))
        kept(sent(client, f"{pair}draft/", {"answers": {"naturalness": "tie"}}, method="put"))
        locked = kept(sent(client, f"{pair}lock/", {"answers": answers_to(claim["item"])})).json()
        kept(sent(client, f"{pair}submit/", {"key": f"k{number}", "answers": answers_to(locked["item"])}))
        kept(client.get(f"{ME}last/"))
    kept(sent(client, f"{ME}withdraw/", {"confirm": "withdraw"}))
    kept(client.get("/api/v1/studies/zebra-against-quokka/"))

    everything = "\n".join(told)
    assert "First 0" in everything
    # The trait is named by its plain words alone, and only after the first sheet.
    assert [word for word in PLANTED if word in everything.replace('"zebra"', "").replace("'zebra'", "")] == []


def test_a_closed_study_can_still_be_left():
    study = a_study(contexts=2)
    client = a_front_end(study)
    judged(client, claimed(client))
    close_study(study=study, now=NOW)

    assert sent(client, f"{ME}withdraw/", {"confirm": "withdraw"}).json() == {"judged": 1}


def test_claiming_takes_as_many_queries_in_a_large_study_as_in_a_small_one():
    counts = []
    for name, contexts in (("small", 3), ("large", 40)):
        client = a_front_end(a_study(name, contexts=contexts))
        judged(client, claimed(client))
        with CaptureQueriesContext(connection) as asked:
            claimed(client)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_nothing_of_whoever_only_looks_is_stored():
    study = a_study(contexts=1)

    for _ in range(2):
        sent(Client(), f"{ME}enter/", {"invite": an_invite(study, personal=False)})

    assert (Annotator.objects.count(), Study.objects.get().slots.filter(annotator__isnull=False).count()) == (0, 0)
