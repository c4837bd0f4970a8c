"""Readers of what comes from outside, given what is nearly right and what is nothing at all.

The short form makes inputs out of good ones with hypothesis and is the same each time. The long form does so for
longer, with another seed each time, and lets atheris (libFuzzer), where it is installed (`pip install -e '.[fuzz]'`),
look for inputs that reach new code.
"""

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import ROOT, TARGETS, Target, try_out

SHORT, LONG = 80, 2000
ATHERIS_RUNS, ATHERIS_SECONDS = 100_000, 20
# Seconds after which reading a few kilobytes has hung.
HUNG = 30
# What parsers stumble over, put in or in place of what stands there.
SPECIAL = (
    b'"',
    b"'",
    b"\\",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b",",
    b";",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"=",
    b".",
    b"#",
    b"\x00",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\xed\xa0\x80",
    b"\x85",
    b"null",
    b"true",
    b"false",
    b"NaN",
    b"Infinity",
    b"-1",
    b"0",
    b"1e999",
    b"1" * 5000,
    b"-0.0",
    b"2026-11-24",
    b"07:32:00",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"a." * 200,
    b'"\\ud800"',
    b"\\ud800",
    b"\\u0000",
    b"=1+1",
    b"'''",
    b'"""',
    b"\x1f\x8b",
    b"{}",
    b"[]",
    b'""',
    b"[[]]",
    b'[{"a": 1}]',
    b" = []\n",
    b" = {}\n",
    b" = 1\n",
)


# What each is given whatever chance brings: nothing, bytes that are no text, nesting without end, a number too long.
ALWAYS = (
    b"",
    b"\n",
    b"\x80",
    b"\x1f\x8b",
    b"[" * 5000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"train": [' + b"[" * 5000,
    b'[{"a": ' + b"1" * 5000 + b"}]",
    b'{"a": ' + b"1" * 5000 + b"}",
    b"a = " + b"1" * 5000,
    b"a = " + b"[" * 5000,
    b"a." * 2000 + b"a = 1",
    b'key = "a"\n',
    # Found by the long form: a line's number without end, a lone carriage return in a header.
    b"1" * 5001 + b" hello\n",
    b"a\rb,c\n1,2\n",
)


@st.composite
def nearly(draw: st.DrawFn, target: Target) -> bytes:
    """Something made of a good input by a few cuts, doublings and insertions; now and then anything at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    data = draw(st.sampled_from(target.seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            data = data[:start] + data[end:]
        elif kind == 1:
            data = data[:end] + data[start:end] + data[end:]
        elif kind == 2:
            data = data[:start] + draw(st.sampled_from(SPECIAL)) + data[start:]
        else:
            data = data[:start] + draw(st.sampled_from(SPECIAL)) + data[end:]
    return data


@st.composite
def other_values(draw: st.DrawFn, target: Target) -> bytes:
    """A good input with one of its values (a number, a word, what stands in quotes or brackets) in another's place."""
    data = draw(st.sampled_from(target.seeds))
    for _ in range(draw(st.integers(1, 2))):
        places = [place for place, byte in enumerate(data) if byte in b"=:,[{\"' "]
        if not places:
            return data
        start = draw(st.sampled_from(places)) + 1
        ends = [place for place in range(start, min(start + 80, len(data))) if data[place] in b',]}"\n']
        end = draw(st.sampled_from(ends)) if ends else start
        data = data[:start] + draw(st.sampled_from(SPECIAL)) + data[end:]
    return data


class Hung(Exception):
    """It takes longer than anybody waits."""


@contextmanager
def not_for_ever() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Hung(f"still at it after {HUNG} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HUNG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fuzzed(target: Target, *, times: int, same: bool) -> tuple[int, int]:
    """Read so many inputs; how many were taken, and refused."""
    counted = [0, 0]
    with tempfile.TemporaryDirectory() as folder:

        @settings(
            max_examples=times, derandomize=same, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(data=nearly(target) | other_values(target))
        def read(data: bytes) -> None:
            with not_for_ever():
                counted[try_out(target, data, Path(folder))] += 1

        for data in ALWAYS:
            read.hypothesis.inner_test(data)
        read()
    return counted[True], counted[False]


@pytest.mark.parametrize("name", TARGETS)
def test_what_it_is_meant_to_read_is_read(name, tmp_path):
    if name in ("study-toml", "study-toml-looked-at"):
        pytest.skip("an example's texts lie beside it")
    assert all(try_out(TARGETS[name], seed, tmp_path) for seed in TARGETS[name].seeds)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused_with_its_place(name):
    taken, refused = fuzzed(TARGETS[name], times=SHORT, same=True)

    assert taken + refused >= SHORT


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused_with_its_place_for_long(name):
    taken, refused = fuzzed(TARGETS[name], times=LONG, same=False)

    sys.stdout.write(f"{name}: {taken} taken, {refused} refused\n")
    assert taken + refused >= LONG


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_inputs_that_reach_new_code_are_read_or_refused(name, tmp_path):
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: pip install -e '.[fuzz]', where it has a wheel for this Python")
    words = [f"-runs={ATHERIS_RUNS}", f"-max_total_time={ATHERIS_SECONDS}", "-max_len=8192", "-rss_limit_mb=1500"]

    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.exploring", name, str(tmp_path), *words, f"-timeout={HUNG}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )

    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
