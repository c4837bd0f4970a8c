"""How often one may ask: with a token, with tokens that are none, with links, for pairs. Counted in the cache."""

import pytest
from django.core.cache import cache
from django.test import Client

from evaluation.operation.rates import forget_counts
from tests.evaluation.api.builders import a_front_end, a_script, sent
from tests.evaluation.builders import a_researcher, a_study

pytestmark = pytest.mark.django_db

LIST = "/api/v1/studies/"


@pytest.fixture(autouse=True)
def rates(settings):
    settings.API_RATES = {"use": "3/min", "failed-token": "3/min", "enter": "3/min", "claim": "2/min"}
    cache.clear()
    forget_counts()
    yield
    cache.clear()
    forget_counts()


def statuses(times: int, ask) -> list[int]:
    return [ask().status_code for _ in range(times)]


def test_a_token_may_be_used_only_so_often_and_the_answer_says_how_long_to_wait():
    script = a_script()

    assert statuses(3, lambda: script.get(LIST)) == [200] * 3
    refused = script.get(LIST)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert a_script("dov@example.org").get(LIST).status_code == 200


def test_whoever_tries_tokens_has_to_wait_and_others_need_not():
    def guess(address="198.51.100.7"):
        return Client(headers={"Authorization": "Token guess"}).get(LIST, REMOTE_ADDR=address)

    assert statuses(5, guess) == [401, 401, 401, 429, 429]
    assert a_script().get(LIST, REMOTE_ADDR="198.51.100.7").status_code == 429
    assert a_script().get(LIST).status_code == 200


def test_no_header_makes_one_address_look_like_many():
    def guess(number):
        return Client(headers={"Authorization": "Token guess", "X-Forwarded-For": f"203.0.113.{number}"}).get(LIST)

    assert [guess(number).status_code for number in range(5)] == [401, 401, 401, 429, 429]


def test_good_tokens_do_not_count_as_failed():
    script = a_script()
    sent(script, f"{LIST}none/pause/")

    assert statuses(2, lambda: script.get(LIST)) == [200] * 2


def test_links_are_tried_only_so_often():
    assert statuses(5, lambda: sent(Client(), "/api/v1/annotate/enter/", {"invite": "guess"})) == [404] * 3 + [429] * 2


def test_pairs_are_claimed_only_so_often(settings):
    client = a_front_end(a_study(contexts=5))
    settings.API_RATES = {"claim": "2/min"}

    assert statuses(3, lambda: sent(client, "/api/v1/annotate/claim/")) == [200, 200, 429]
    assert client.get("/api/v1/annotate/me/").status_code == 200


def test_without_rates_there_is_no_limit(settings):
    settings.API_RATES = {}
    a_study(owner=a_researcher())
    script = a_script()

    assert set(statuses(30, lambda: script.get(LIST))) == {200}


def test_tokens_stand_in_no_log_and_in_no_answer(caplog):
    caplog.set_level("DEBUG")
    script = a_script()
    token = script.defaults["HTTP_AUTHORIZATION"].partition(" ")[2]

    answers = [script.get(LIST), script.get(f"{LIST}none/"), sent(script, f"{LIST}none/pause/")]
    answers.append(Client(headers={"Authorization": f"Token {token}x"}).get(LIST))

    assert len(token) > 30
    assert token not in caplog.text + "".join(each.text + str(each.headers) for each in answers)
