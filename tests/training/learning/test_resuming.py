"""The state of a run on the disk: whole or not there."""

import json

import pytest

from training.learning.resuming import AnotherRun, NotKept, Workplace

RUN = {"seed": 7, "recipe": {"steps": 12}, "on": ("toy",)}


def test_a_new_place_has_nothing_to_go_on_from(tmp_path):
    place = Workplace(tmp_path / "pt")

    assert place.begin(RUN) is False
    assert json.loads((place.folder / "run.json").read_text()) == {**RUN, "on": ["toy"]}
    assert place.latest() is None
    with pytest.raises(AnotherRun, match="there is no state to go on from"):
        place.load(model=None)


def test_looking_changes_nothing(tmp_path):
    Workplace(tmp_path / "pt").check(RUN)

    assert not (tmp_path / "pt").exists()


def test_another_run_is_refused_and_what_differs_is_named(tmp_path):
    place = Workplace(tmp_path)
    place.begin(RUN)

    with pytest.raises(AnotherRun, match=r"another training was begun here \(differing in recipe, seed\)"):
        place.begin({**RUN, "seed": 8, "recipe": {"steps": 13}})


def test_a_state_in_progress_is_none_and_goes_away(tmp_path):
    place = Workplace(tmp_path)
    place.begin(RUN)
    torn = place.folder / "unfinished-123"
    torn.mkdir()
    (torn / "state.pt").write_bytes(b"half")
    (place.folder / "best-123.part").write_bytes(b"half")

    assert place.latest() is None
    assert place.begin(RUN) is False
    assert [path.name for path in place.folder.iterdir()] == ["run.json"]


@pytest.mark.torch
def test_the_newest_state_comes_back_and_older_ones_go(tmp_path):
    import torch

    place, model = Workplace(tmp_path), torch.nn.Linear(2, 2)
    place.begin(RUN)
    for step in (4, 8, 12):
        torch.nn.init.constant_(model.weight, step)
        place.save(step=step, model=model, state={"tally": {"step": step}})

    other = torch.nn.Linear(2, 2)
    state = place.load(model=other)

    assert state == {"tally": {"step": 12}}
    assert torch.equal(other.weight, model.weight)
    assert [path.name for path in place.folder.glob("step-*")] == ["step-12"]


@pytest.mark.torch
def test_nothing_is_unpickled_that_runs_code(tmp_path):
    import pickle

    import torch

    class Dangerous:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    place, model = Workplace(tmp_path), torch.nn.Linear(2, 2)
    place.begin(RUN)
    place.save(step=1, model=model, state={})
    torch.save({"tally": Dangerous()}, place.folder / "step-1" / "state.pt")

    with pytest.raises(pickle.UnpicklingError):
        place.load(model=model)
    assert not (tmp_path / "ran").exists()


@pytest.mark.torch
def test_a_disk_that_fills_up_keeps_the_state_before_and_says_so(tmp_path):
    """With a limit on the size of a file, which a process meets as it meets a full disk."""
    import resource
    import signal

    import torch

    place, small, large = Workplace(tmp_path), torch.nn.Linear(4, 4), torch.nn.Linear(400, 400)
    place.begin(RUN)
    place.save(step=3, model=small, state={})
    before = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[0][1]))
    try:
        with pytest.raises(NotKept, match="the state of step-3 is kept: run again to go on"):
            place.save(step=6, model=large, state={})
        with pytest.raises(NotKept, match="cannot write to"):
            place.keep_best(large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before[0])
        signal.signal(signal.SIGXFSZ, before[1])

    assert sorted(path.name for path in place.folder.iterdir()) == ["run.json", "step-3"]
