"""Two servers that share a database and a cache, as on two hosts: what one has counted the other knows."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.faults.databases import needs_postgres
from tests.served_site import HOST, Site, free_port
from tests.web_annotators import Browser, Done, Form, Order

# By day, so that no window ends on the way; so few that each is counted where both look.
CLAIMS = "7/d"
# Where what is counted is kept: in Redis, or in a table of the database where none is configured.
CACHES = ["redis", pytest.param("postgres", marks=[pytest.mark.db, needs_postgres])]


@contextmanager
def own_redis() -> Iterator[str]:
    """A Redis of this test's own, in which nobody else counts; its address."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("PARLEY_REQUIRE_ALL"):
            pytest.fail("redis-server is required here")
        pytest.skip("redis-server is not installed")
    port = str(free_port())
    words = [program, "--port", port, "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as server:
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


@pytest.fixture(params=CACHES)
def two_servers(request, a_site, tmp_path) -> Iterator[tuple[Site, Site]]:
    """Two servers of one process each on one database, with that cache."""
    with ExitStack() as stack:
        settings = {"CLAIM_RATE": CLAIMS}
        if request.param == "redis":
            settings["REDIS_URL"] = stack.enter_context(own_redis())
        database = "postgres" if request.param == "postgres" else "sqlite"
        first = stack.enter_context(a_site(database, workers=1, settings=settings))
        settings |= {name: first.environment[name] for name in ("DATABASE_URL", "STATIC_ROOT")}
        second = stack.enter_context(Site(tmp_path / "second", workers=1, empty=True, settings=settings))
        first.start()
        second.start()
        yield first, second


def sent(site: Site, path: str, body: dict[str, Any], *, token: str = "") -> tuple[int, dict[str, Any]]:
    """Status and JSON of what the annotator's API answers."""
    headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Content-Type": "application/json"}
    headers |= {"Authorization": f"Annotator {token}"} if token else {}
    asked = Request(f"{site.address}/api/v1/annotate/{path}/", json.dumps(body).encode(), headers, method="POST")
    try:
        with urlopen(asked, timeout=30) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_claims_and_failed_sign_ins_are_counted_over_both(two_servers):
    study = two_servers[0].study(contexts=10, k=2, links=1)
    invite = study["links"][0].split("/")[2]
    version = sent(two_servers[0], "enter", {"invite": invite})[1]["study"]["consent_version"]
    token = sent(two_servers[1], "join", {"invite": invite, "consent_version": version})[1]["token"]
    assert sent(two_servers[0], "instructions", {}, token=token)[0] == 200

    claims = [sent(two_servers[turn % 2], "claim", {}, token=token)[0] for turn in range(9)]
    refused = ["Too many failed login attempts" in asyncio.run(a_guess(two_servers[turn % 2])) for turn in range(7)]

    # Each by itself would have let through seven claims and five guesses.
    assert claims == [200] * 7 + [429] * 2
    assert refused == [False] * 5 + [True] * 2


async def a_guess(site: Site) -> str:
    """What the page for signing in says to a wrong password, in a fresh browser."""
    browser = Browser(Order(address=site.address, host=HOST, links=[]), Done())
    page = await browser.visit("/account/login/")
    form = Form.on(page.body)
    assert form is not None
    answer = await browser.visit(page.path, {**form.fields, "login": "cleo@example.org", "password": "a guess"})
    browser.hang_up()
    return answer.body
