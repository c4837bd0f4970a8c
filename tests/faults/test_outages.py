"""The database stops, is killed, cuts everybody off, or has no room left, while annotators judge: and then goes on.

In between every page is the clear one that says when to try again; nothing that was acknowledged is lost or doubled,
and nobody starts the web server anew.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.own_postgres import OwnPostgres, no_room_on, own_postgres, small_disk
from tests.faults.sessions import check_nothing_is_lost, judging, until, until_judged
from tests.served_site import Site

K = 2


def troubled_in_full_load(made: Site, *, annotators: int, harm: Callable[[Site], None]) -> None:
    """Annotators judge on a site, and `harm` is done meanwhile; then all that must be true is asserted."""
    with made as site:
        study = site.study(contexts=80 * annotators, k=K, links=annotators, traits=True)
        site.start()
        master = site.master
        with judging(site, links=study["links"], drafts=True) as session:
            harm(site)
            # Judging goes on: not only what was sent before is there.
            waited = until_judged(site, more=annotators)
            done = session.finish()
        assert site.master is master
        assert master is not None
        assert master.poll() is None
        until(lambda: (site.ask("/healthz"), site.ask("/readyz")) == (200, 200), "it is ready")
        counted = check_nothing_is_lost(site, study["name"], done, k=K)
    sys.stdout.write(
        f"{len(done['acknowledged'])} judgments acknowledged, {counted['answered']} in the database, statuses "
        f"{done['statuses']}, {done['sent_again']} sent again, judged again within {waited:.1f} s\n"
    )
    assert done["surprises"] == []
    assert done["statuses"].get("500", 0) == 0
    assert done["statuses"].get("503", 0) > 0
    # At most one of each annotator was counted and its acknowledgement cut off.
    assert 0 < len(done["acknowledged"]) <= counted["answered"] <= len(done["acknowledged"]) + annotators


def put_off(site: Site) -> int:
    """How often annotators have had the page that says when to try again."""
    return site.log.read_text().count('"status": 503')


def restarted(server: OwnPostgres, how: str, *, times: int, away: float) -> Callable[[Site], None]:
    """The server is stopped so many times and is away for so many seconds each time."""

    def harm(site: Site) -> None:
        for _ in range(times):
            until_judged(site, more=5)
            before = put_off(site)
            server.stop(how)
            try:
                time.sleep(away)
                # The process lives; it says that it cannot serve. Behind others who wait that may take a while.
                until(lambda: site.ask("/healthz") == 200, "it lives")
                until(lambda: site.ask("/readyz") == 503, "it says that it cannot serve")
                until(lambda before=before: put_off(site) > before, "somebody was put off")
            finally:
                server.start()

    return harm


def test_a_database_server_that_is_killed_and_started_again_in_full_load_loses_nothing(a_site):
    with own_postgres() as server:
        site = a_site("postgres", postgres=server.address, workers=2)
        harm = restarted(server, "immediate", times=1, away=1.0)
        troubled_in_full_load(site, annotators=8, harm=harm)


@pytest.mark.slow
def test_a_database_server_that_goes_again_and_again_and_for_long_loses_nothing(a_site):
    def harm(site: Site) -> None:
        restarted(server, "immediate", times=5, away=2.0)(site)
        # Longer than anybody waits for a connection, and than the pool tries for one.
        restarted(server, "fast", times=1, away=45.0)(site)

    with own_postgres() as server:
        site = a_site("postgres", postgres=server.address, workers=2)
        troubled_in_full_load(site, annotators=32, harm=harm)


def filled_up(disk: Path) -> Callable[[Site], None]:
    """There is no room left on `disk` for a while."""

    def harm(site: Site) -> None:
        until_judged(site, more=5)
        with no_room_on(disk):
            until(lambda: put_off(site) > 0, "somebody was put off")
            time.sleep(1)
            until(lambda: site.ask("/healthz") == 200, "it lives")

    return harm


def test_a_disk_without_room_under_sqlite_in_full_load_loses_nothing(a_site):
    with small_disk(24) as disk:
        site = a_site(settings={"DATABASE_URL": f"sqlite:///{disk / 'site.sqlite3'}"})
        troubled_in_full_load(site, annotators=8, harm=filled_up(disk))


@pytest.mark.slow
def test_a_disk_without_room_under_postgres_in_full_load_loses_nothing(a_site):
    with small_disk(220) as disk, own_postgres(disk) as server:

        def harm(site: Site) -> None:
            filled_up(disk)(site)
            # Without room for its log the server ends itself, as it must; whoever gives it room starts it again.
            if not server.runs():
                server.start()

        site = a_site("postgres", postgres=server.address, workers=2)
        troubled_in_full_load(site, annotators=8, harm=harm)
