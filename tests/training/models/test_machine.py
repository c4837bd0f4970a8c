"""As many threads as there are processors to run them, within what a container may use."""

import os

import pytest

from training.models.machine import pin_threads, processors, usable_processors


@pytest.mark.parametrize(
    ("quota", "processors"),
    [("", 4), ("max 100000\n", 4), ("200000 100000\n", 2), ("50000 100000\n", 1), ("900000 100000\n", 4)],
)
def test_a_containers_quota_counts(monkeypatch, quota, processors):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2, 3}, raising=False)

    assert usable_processors(quota=quota) == processors


def test_what_the_user_says_goes_before_all(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")

    assert usable_processors(quota="100000 100000") == 3


def test_how_many_processors_there_are_does_not_hang_on_how_many_threads_are_wanted(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    there = processors()
    monkeypatch.setenv("OMP_NUM_THREADS", str(there + 5))

    assert processors() == there >= 1


@pytest.mark.torch
def test_torch_computes_on_as_many():
    import torch

    before = torch.get_num_threads()
    try:
        assert pin_threads(2) == torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_threads_wait_without_burning_time():
    """Torch reads this when it is loaded, so it must stand there before: with the import of anything of ours."""
    import training

    assert training.__doc__
    assert os.environ["OMP_WAIT_POLICY"].upper() == "PASSIVE"
