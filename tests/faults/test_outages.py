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
from tests.faults.sessions import check_nothing_is_lost, judging
from tests.served_site import Site

K = 2


def until_judged(site: Site, study: str, more_than: int, *, patience: float = 60.0) -> float:
    """Wait until more judgments than that are stored; after how many seconds."""
    begun = time.monotonic()
    while site.counted(study)["answered"] <= more_than:
        assert time.monotonic() < begun + patience, site.log.read_text()[-2000:]
    return time.monotonic() - begun


def troubled_in_full_load(
    site: Site, folder: Path, *, annotators: int, seconds: float, harm: Callable[[Site], None]
) -> None:
    """Annotators judge for so long on `site`, and `harm` is done meanwhile; then all that must be true is asserted."""
    study = site.study(contexts=80 * annotators, k=K, links=annotators, traits=True)
    site.start()
    master = site.master
    with judging(site, folder, links=study["links"], seconds=seconds, drafts=True, patience=120.0) as session:
        harm(site)
        # Judging goes on: not only what was sent before is there.
        waited = until_judged(site, study["name"], site.counted(study["name"])["answered"])
        done = session.finish()
    assert site.master is master
    assert master is not None
    assert master.poll() is None
    assert site.ask("/readyz") == 200
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


def restarted(server: OwnPostgres, how: str, *, times: int, away: float) -> Callable[[Site], None]:
    """The server is stopped so many times and is away for so many seconds each time."""

    def harm(site: Site) -> None:
        for _ in range(times):
            time.sleep(1.5)
            server.stop(how)
            try:
                time.sleep(away)
                # The process lives; it says that it cannot serve.
                assert (site.ask("/healthz"), site.ask("/readyz")) == (200, 503)
            finally:
                server.start()

    return harm


def test_a_database_server_that_is_killed_and_started_again_in_full_load_loses_nothing(tmp_path):
    with own_postgres() as server, Site(tmp_path, postgres=server.address, workers=2) as site:
        harm = restarted(server, "immediate", times=1, away=1.0)
        # Long enough that a busy machine has started the server again while they judge.
        troubled_in_full_load(site, tmp_path, annotators=8, seconds=30, harm=harm)


@pytest.mark.slow
def test_a_database_server_that_goes_again_and_again_and_for_long_loses_nothing(tmp_path):
    def harm(site: Site) -> None:
        restarted(server, "immediate", times=5, away=2.0)(site)
        # Longer than anybody waits for a connection, and than the pool tries for one.
        restarted(server, "fast", times=1, away=45.0)(site)

    with own_postgres() as server, Site(tmp_path, postgres=server.address, workers=2) as site:
        troubled_in_full_load(site, tmp_path, annotators=32, seconds=150, harm=harm)


def filled_up(disk: Path) -> Callable[[Site], None]:
    """There is no room left on `disk` for a while."""

    def harm(site: Site) -> None:
        time.sleep(2)
        with no_room_on(disk):
            time.sleep(4)
            assert site.ask("/healthz") == 200

    return harm


def test_a_disk_without_room_under_sqlite_in_full_load_loses_nothing(tmp_path):
    with small_disk(24) as disk:
        settings = {"DATABASE_URL": f"sqlite:///{disk / 'site.sqlite3'}"}
        with Site(tmp_path, workers=2, settings=settings) as site:
            troubled_in_full_load(site, tmp_path, annotators=8, seconds=13, harm=filled_up(disk))


@pytest.mark.slow
def test_a_disk_without_room_under_postgres_in_full_load_loses_nothing(tmp_path):
    with small_disk(220) as disk, own_postgres(disk) as server:

        def harm(site: Site) -> None:
            filled_up(disk)(site)
            # Without room for its log the server ends itself, as it must; whoever gives it room starts it again.
            if not server.runs():
                server.start()

        with Site(tmp_path, postgres=server.address, workers=2) as site:
            troubled_in_full_load(site, tmp_path, annotators=8, seconds=17, harm=harm)
