"""No object of another study, or of another annotator, can be read or changed by guessing its address.

Every address of the URL conf stands in a table of who may do what there, and is tried by everybody.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.security.addresses import API, FELLOW, PAGES, READS, TABLE, WHO, filled, own_addresses
from tests.security.worlds import World, a_world, snapshot

pytestmark = pytest.mark.django_db

# What a form of any page would send; a page takes of it what it knows.
FORM = {
    "kind": "open",
    "count": "1",
    "days": "3",
    "because": "a colleague who tried it out",
    "do": "exclude",
    "email": "eve@example.org",
    "role": "reader",
    "answer": "agree",
    "text": "hello",
    "note": "seen",
    "judgments_per_pair": "4",
    "deposited_at": "https://osf.io/abcde",
    "address": "https://hooks.example.org/",
    "events": "closed",
}
BECAUSE = {"because": "a colleague who tried it out"}
BODIES: dict[str, Any] = {
    "api-close": {"confirm": "snow"},
    "api-unblind": {"confirm": "snow"},
    "api-amendments": BECAUSE | {"changes": {"plan.alpha": 0.01}},
    "api-invites": {"kind": "open"},
    "api-exclude": BECAUSE,
    "api-include": BECAUSE,
    "api-withdraw": {"confirm": "withdraw"},
    "api-draft": {"answers": {"naturalness": "left"}},
    "api-lock": {"answers": {"naturalness": "left"}},
    "api-submit": {"answers": {"naturalness": "left"}, "key": "k"},
    "api-background": {"answers": {}},
    "api-members": {"email": "bo@example.org", "role": "reader"},
    "api-member": {"role": "collaborator"},
    "api-jobs": {"kind": "export"},
    "api-webhooks": {"address": "https://hooks.example.org/parley", "events": ["study.closed"]},
    "api-agree": {"consent_version": "x", "agree": True},
}


@pytest.fixture
def world(parley_home) -> World:
    return a_world()


def asked(client: Client, name: str, method: str, address: str, world: World) -> Any:
    """The answer, and nothing else: whatever it did is undone."""
    if name in API:
        form = name in ("api-studies", "api-check-files", "api-extend") and method == "post"
        body = BODIES.get(name, {"confirm": world.ids["code"]} if name == "api-forget" else {})
        more = {} if method == "get" else {"data": body} if form else {"data": body, "content_type": "application/json"}
    else:
        more = {} if method == "get" else {"data": FORM | {"annotator": world.ids["code"], "pair": world.ids["pair"]}}
    return getattr(client, method)(address, **more)


class Written:
    """Whether anything was written at all: only then what is stored must be compared."""

    def __init__(self) -> None:
        self.any = False

    def __call__(self, execute: Any, sql: str, *more: Any) -> Any:
        self.any |= not sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK"))
        return execute(sql, *more)


def refused(answer: Any) -> bool:
    """Whether somebody was turned away: not there, not theirs, or to be signed in first."""
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/")
    return answer.status_code in (401, 403, 404) or to_sign_in


def attempts(world: World, table: dict[str, Any]) -> Iterator[tuple[str, str, str, str, Client]]:
    """Name, method, address, who, and their client: everybody at every address, by every method that is there."""
    routes = own_addresses()
    for name, rights in table.items():
        address = filled(routes[name], world.ids | {"number": world.numbers.get(name, 1)})
        for method in rights:
            for who in WHO:
                yield name, method, address, who, (world.scripts if name in API else world.browsers)[who]


def test_every_address_stands_in_the_table():
    there, told = set(own_addresses()) - {""}, set(TABLE) - {"home"}

    assert there - told - {"home"} == set(), "say in tests/security/addresses.py who may do what there"
    assert told - there == set(), "no longer there: take it out of tests/security/addresses.py"


def test_what_is_written_is_noticed_and_what_is_read_is_not(world):
    with connection.execute_wrapper(reading := Written()), transaction.atomic():
        assert world.study.slots.exists()
    with connection.execute_wrapper(writing := Written()), transaction.atomic():
        world.study.save()

    assert (reading.any, writing.any) == (False, True)


@pytest.mark.parametrize("table", [PAGES, API], ids=["pages", "api"])
def test_whoever_may_not_is_turned_away_and_changes_nothing(table, world):
    before, wrong = snapshot(), []

    for name, method, address, who, client in attempts(world, table):
        if who in TABLE[name][method]:
            continue
        with transaction.atomic(), connection.execute_wrapper(written := Written()):
            answer = asked(client, name, method, address, world)
            # Whoever may look at the study is told why not, and what they sent is not done.
            shown = method != "get" and who in READS and "<str:name>" in own_addresses()[name]
            if not (refused(answer) or shown):
                wrong.append(f"{who} at {method} {address} ({name}): {answer.status_code}")
            if method != "get" and written.any and snapshot() != before:
                wrong.append(f"{who} changed something by {method} {address} ({name})")
            transaction.set_rollback(True)

    assert wrong == []


@pytest.mark.parametrize("table", [PAGES, API], ids=["pages", "api"])
def test_whoever_may_is_let_in(table, world):
    wrong = []

    for name, method, address, who, client in attempts(world, table):
        if who not in TABLE[name][method]:
            continue
        with transaction.atomic():
            answer = asked(client, name, method, address, world)
            transaction.set_rollback(True)
        # A link, a corpus, a file or a practice that this world has not is not found for anybody.
        # Whether the server is ready is said by a 503.
        if answer.status_code == 405 or (answer.status_code >= 500 and name != "readyz"):
            wrong.append(f"{who} at {method} {address} ({name}): {answer.status_code}")
        if refused(answer) and name not in NOT_IN_THIS_WORLD:
            wrong.append(f"{who} at {method} {address} ({name}): {answer.status_code}")

    assert wrong == []


NOT_IN_THIS_WORLD = {
    "annotate-arrive",
    "api-enter",
    "api-join",
    "corpus",
    "corpus-flag",
    "report-table",
    "draft-preview",
    "study-preview",
    "study-files",
    # Of a study that was never opened.
    "study-delete",
    "study-job-file",
    "api-job-file",
    "api-practice",
}


def test_a_fellow_annotators_pair_can_neither_be_seen_nor_judged(world):
    before = snapshot()
    page = f"/s/{world.study.public_id}/judge/"

    with transaction.atomic():
        answer = world.browsers[FELLOW].post(
            page, {"pair": world.ids["pair"], "answer.naturalness": "left", "do": "submit", "key": "k"}
        )
        after = snapshot()
        transaction.set_rollback(True)

    # They get a pair of their own instead.
    assert (answer.status_code, world.ids["pair"] in answer.text) == (200, False)
    assert (after["Judgment"], after["Receipt"]) == (before["Judgment"], before["Receipt"])


def test_methods_that_are_not_in_the_table_are_not_there(world):
    routes, wrong = own_addresses(), []

    for name, rights in TABLE.items():
        address = filled(routes[name], world.ids | {"number": world.numbers.get(name, 1)})
        client = (world.scripts if name in API else world.browsers)["owner"]
        if name.startswith("annotate-"):
            client = world.browsers["annotator"]
        # The first address redirects whatever comes.
        for method in {"get", "post", "put", "patch", "delete"} - set(rights) if name != "home" else ():
            with transaction.atomic():
                answer = getattr(client, method)(address)
                transaction.set_rollback(True)
            if answer.status_code not in (401, 404, 405):
                wrong.append(f"{method} {address} ({name}): {answer.status_code}")

    assert wrong == []


def test_an_address_of_another_study_finds_nothing_of_this_one(world):
    """Numbers and codes of one study under the name of another, asked by whoever owns that other."""
    before, wrong = snapshot(), []
    there = world.ids | {"name": "rain", "public_id": "idrain"}
    routes = own_addresses()

    for name, rights in TABLE.items():
        if not any(f":{key}>" in routes[name] for key in ("number", "code", "pair")):
            continue
        address = filled(routes[name], there | {"number": world.numbers.get(name, 1)})
        client = (world.scripts if name in API else world.browsers)["collaborator of another study"]
        for method in rights:
            with transaction.atomic():
                asked(client, name, method, address, world)
                if {key: rows for key, rows in snapshot().items() if key != "AuditEntry"} != {
                    key: rows for key, rows in before.items() if key != "AuditEntry"
                }:
                    wrong.append(f"{method} {address} ({name})")
                transaction.set_rollback(True)

    assert wrong == []
