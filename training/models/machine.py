"""What a model runs on: the device, and as many threads as the machine really gives this process."""

import os
from pathlib import Path
from typing import Final

# How much processor time a container may have: quota and period in microseconds, or "max" (Linux, cgroup 2).
QUOTA_FILE: Final = Path("/sys/fs/cgroup/cpu.max")


def best_device() -> str:
    """A CUDA device where there is one, else the processor."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def pin_threads(count: int | None = None) -> int:
    """Let torch compute on `count` threads, or on as many as there are processors to run them; returns how many.

    Sums are added up in another order on another number of threads: what is to be equal to the last bit must be
    computed on as many.
    """
    import torch

    wanted = count or usable_processors(quota=_quota())
    if torch.get_num_threads() != wanted:
        torch.set_num_threads(wanted)
    return wanted


def usable_processors(*, quota: str) -> int:
    """OMP_NUM_THREADS where it is set; else the processors this process may run on, within the container's `quota`."""
    named = os.environ.get("OMP_NUM_THREADS", "")
    if named.isdecimal() and int(named):
        return int(named)
    return _allowed(quota)


def processors() -> int:
    """The processors that this process may run on, within its container's quota."""
    return _allowed(_quota())


def _allowed(quota: str) -> int:
    # Not on every system can a process be tied to some of the processors.
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    time, _, period = quota.partition(" ")
    if time.isdecimal() and period.strip().isdecimal():
        allowed = min(allowed, max(1, int(time) // int(period)))
    return allowed


def _quota() -> str:
    return QUOTA_FILE.read_text(encoding="ascii") if QUOTA_FILE.is_file() else ""
