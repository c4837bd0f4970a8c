"""Responding in several processes: what comes out is what one process would have written, whoever dies meanwhile.

First in threads that speak to each other as processes do, then in real ones that torchrun starts.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from generation.corpus.manifest import read_manifest
from tests.training.answering.test_responding import Echo, answered
from tests.training.builders import toy_corpus
from training.answering.responding import Answered, Corpus, OtherResponses
from training.models.processes import ALONE, ProcessLost, WrongProcesses, all_there, each_says, launched


class Table:
    """Where `count` threads meet, each as one process; whoever waits for one that has left hears of it."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._rounds: list[dict[int, Any]] = []
        self._at = [0] * count
        self._changed = threading.Condition()
        self._gone = False

    def gathered(self, rank: int, value: Any) -> list[Any]:
        with self._changed:
            if len(self._rounds) == self._at[rank]:
                self._rounds.append({})
            said = self._rounds[self._at[rank]]
            self._at[rank] += 1
            said[rank] = value
            self._changed.notify_all()
            self._changed.wait_for(lambda: len(said) == self.count or self._gone, timeout=60)
            if len(said) < self.count:
                raise ProcessLost("another left the table")
            return [said[each] for each in range(self.count)]

    def leave(self) -> None:
        with self._changed:
            self._gone = True
            self._changed.notify_all()


class Seat:
    """One of the processes at a table."""

    def __init__(self, table: Table, rank: int) -> None:
        self.table, self.rank, self.count = table, rank, table.count

    def gathered(self, value: Any) -> list[Any]:
        return self.table.gathered(self.rank, value)

    def brought(self, value: Any) -> list[Any]:
        found = self.table.gathered(self.rank, value)
        return found if self.rank == 0 else []


def together(count: int, work: Callable[[Seat], Any]) -> list[Any]:
    """What `work` gives in each of so many processes; the error where it raises one."""
    table = Table(count)

    def one(rank: int) -> Any:
        try:
            return work(Seat(table, rank))
        except KeyboardInterrupt as error:
            # Killed: the others cannot reach it any more.
            table.leave()
            return error
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def shared_out(homes: list[Path], systems: list[Echo], *, to: str = "out", **changed: Any) -> list[Any]:
    """What `respond` gives in each process, each with the home of its host."""
    return together(
        len(systems), lambda seat: answered(homes[seat.rank], systems[seat.rank], to=to, processes=seat, **changed)
    )


def text(home: Path, to: str = "out") -> bytes:
    return (home / "responses" / to / "responses.jsonl").read_bytes()


def left_behind(home: Path, to: str = "out") -> list[str]:
    return sorted(path.name for path in (home / "responses" / to).glob(".*"))


@pytest.fixture
def home(parley_home: Path) -> Path:
    toy_corpus(parley_home)
    return parley_home


@pytest.fixture
def hosts(tmp_path: Path) -> list[Path]:
    """Three homes, as on disks that are not shared."""
    homes = [tmp_path / f"host{number}" for number in range(3)]
    for each in homes:
        toy_corpus(each)
    return homes


@pytest.mark.parametrize("count", [1, 2, 3, 7, 25])
def test_whatever_the_number_of_processes_the_responses_are_the_same(home, count):
    answered(home, Echo(), to="alone")

    systems = [Echo() for _ in range(count)]
    made = shared_out([home] * count, systems)

    assert text(home) == text(home, "alone")
    asked = [context for system in systems for context in system.asked]
    assert len(asked) == len(set(asked)) == 20
    assert max(len(system.asked) for system in systems) <= -(-20 // count)
    assert made == [made[0]] * count
    assert read_manifest(made[0].folder)["results"]["processes"] == count
    assert left_behind(home) == []


@pytest.mark.parametrize("then", [1, 2, 4])
def test_when_one_dies_any_number_of_processes_goes_on_with_all_that_was_answered(home, then):
    answered(home, Echo(), to="alone")
    died = [Echo(), Echo(life=3), Echo()]
    ends = shared_out([home] * 3, died)

    systems = [Echo() for _ in range(then)]
    made = shared_out([home] * then, systems)

    assert [type(each) for each in ends] == [ProcessLost, KeyboardInterrupt, ProcessLost]
    # 7 and 6 of the others, each in a part of its own, and what the second had said before it died.
    assert sum(len(system.asked) for system in systems) == 20 - (7 + 3 + 6)
    assert {each.kept for each in made} == {16}
    assert text(home) == text(home, "alone")
    assert left_behind(home) == []


def test_hosts_without_a_shared_disk_keep_their_own_parts_and_the_first_alone_writes(hosts):
    answered(hosts[0], Echo(), to="alone")
    ends = shared_out(hosts, [Echo(), Echo(), Echo(life=2)])
    assert isinstance(ends[2], KeyboardInterrupt)
    assert [left_behind(each) for each in hosts] == [
        [".unfinished.jsonl"], [".unfinished.1.jsonl"], [".unfinished.2.jsonl"],
    ]  # fmt: skip

    systems = [Echo() for _ in hosts]
    made = shared_out(hosts, systems)

    assert sum(len(system.asked) for system in systems) == 20 - (7 + 7 + 2)
    assert text(hosts[0]) == text(hosts[0], "alone")
    assert left_behind(hosts[0]) == []
    assert [(each / "responses").exists() and any((each / "responses").iterdir()) for each in hosts[1:]] == [False] * 2
    assert made[2].results == made[0].results


def test_a_finished_run_asks_nobody_whichever_host_sees_it(hosts):
    first = shared_out(hosts[:2], [Echo(), Echo()])[0]

    again = [Echo(), Echo()]
    made = shared_out(hosts[:2], again)

    assert [system.asked for system in again] == [[], []]
    assert [each.kept for each in made] == [20, 20]
    assert made[1].results == first.results


def test_rows_that_failed_in_any_process_are_listed_and_tried_again(home):
    deaf = ["toy/test/00028#3", "toy/test/00030#1"]
    made = shared_out([home] * 2, [Echo(deaf=deaf), Echo(deaf=deaf)])

    systems = [Echo(), Echo()]
    again = shared_out([home] * 2, systems)

    assert made[1].failed == [{"context": each, "reason": "deaf"} for each in deaf]
    assert sorted(system.asked for system in systems) == [[each] for each in deaf]
    assert (again[0].responses, again[0].failed) == (20, [])


def test_what_one_process_refuses_all_refuse(hosts):
    answered(hosts[1], Echo(), seed=8)

    ends = shared_out(hosts[:2], [Echo(), Echo()])

    assert [(type(each), "holds other responses" in str(each)) for each in ends] == [(OtherResponses, True)] * 2


@pytest.mark.parametrize("thing", ["corpus", "options"])
def test_hosts_with_other_corpora_or_options_are_told(hosts, thing):
    if thing == "corpus":
        toy_corpus(hosts[1], test=5)

    def work(seat: Seat) -> Answered:
        seed = 8 if thing == "options" and seat.rank else 7
        return answered(hosts[seat.rank], Echo(), processes=seat, seed=seed)

    ends = together(2, work)

    assert [type(each) for each in ends] == [WrongProcesses] * 2
    assert "rank 1 has another model, other corpora or other options than the first" in str(ends[0])
    assert not (hosts[0] / "responses").exists()


def test_corpora_may_lie_elsewhere_on_each_host(hosts):
    def work(seat: Seat) -> Answered:
        folder = hosts[seat.rank] / "corpora" / "toy"
        corpora = [Corpus(f"{folder}/test", folder, "test")]
        return answered(hosts[seat.rank], Echo(), processes=seat, corpora=corpora)

    made = together(2, work)

    assert [each.responses for each in made] == [20, 20]


def test_a_part_of_other_settings_is_refused_whoever_wrote_it(home):
    shared_out([home] * 2, [Echo(life=0), Echo()], seed=8)

    with pytest.raises(OtherResponses, match="with other settings or inputs were begun here"):
        answered(home, Echo())


def test_each_process_counts_what_falls_to_it(home):
    told: list[list[tuple[int, int]]] = [[], []]

    def work(seat: Seat) -> Answered:
        return answered(home, Echo(), processes=seat, watch=lambda *each: told[seat.rank].append(each))

    together(2, work)

    assert [each[-1] for each in told] == [(10, 10), (10, 10)]


def test_one_process_by_itself_is_what_it_is_without_a_launcher(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)

    assert launched() is ALONE
    assert (ALONE.gathered("so"), ALONE.brought("so"), each_says(ALONE, lambda: 3)) == (["so"], ["so"], [3])


def test_a_lost_connection_is_said_to_be_one_and_other_errors_are_not():
    lost = r"step 3: contact with another process was lost \(Connection closed by peer .*\); what each has done is kept"
    with pytest.raises(ProcessLost, match=lost), all_there("step 3", several=True):
        raise RuntimeError("Connection closed by peer [127.0.0.1]:1")
    with pytest.raises(RuntimeError, match=r"^out of luck$"), all_there("step 3", several=True):
        raise RuntimeError("out of luck")
