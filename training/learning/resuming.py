"""The state of a training run on the disk: whole or not there, so that a killed run goes on where it was, bit for bit.

Weights are safetensors; the rest (optimiser, schedule, random state, counts) is read back with `weights_only`, which
runs no code. Each state is a folder of its own under `MODEL/.training/`, named by its step and renamed into place.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generation.corpus.manifest import new_file

WORKPLACE: Final = ".training"
RUN_FILE: Final = "run.json"
BEST_FILE: Final = "best.safetensors"
_WEIGHTS, _STATE = "weights.safetensors", "state.pt"


class NotKept(RuntimeError):
    """The state of a run could not be written, as on a full disk; the one before it is still there."""


class AnotherRun(ValueError):
    """A model folder in which another training has begun or ended."""


@dataclass(frozen=True)
class Workplace:
    """Where an unfinished run keeps its state, inside the folder of the model it will become."""

    model: Path

    @property
    def folder(self) -> Path:
        return self.model / WORKPLACE

    @property
    def best(self) -> Path:
        """The weights of the best look so far."""
        return self.folder / BEST_FILE

    def check(self, run: Mapping[str, Any]) -> None:
        """Raise `AnotherRun` where a run was begun here that is not this one."""
        path = self.folder / RUN_FILE
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        wanted = _as_stored(run)
        if found is not None and found != wanted:
            changed = ", ".join(sorted(key for key in {*found, *wanted} if found.get(key) != wanted.get(key)))
            raise AnotherRun(
                f"{self.model}: another training was begun here (differing in {changed}); "
                "go on with its settings, choose another --to, or remove the folder"
            )

    def begin(self, run: Mapping[str, Any]) -> bool:
        """Make this the place of `run`; returns whether it was begun before and has a state to go on from."""
        self.check(run)
        # What a killed run was writing when it was killed.
        for torn in (*self.folder.glob("unfinished-*"), *self.folder.glob("best-*.part")):
            shutil.rmtree(torn) if torn.is_dir() else torn.unlink()
        with new_file(self.folder / RUN_FILE) as out:
            json.dump(_as_stored(run), out, indent=2)
        return self.latest() is not None

    def latest(self) -> Path | None:
        """The newest whole state."""
        states = sorted(self.folder.glob("step-*"), key=lambda path: int(path.name.removeprefix("step-")))
        return states[-1] if states else None

    def save(self, *, step: int, model: Any, state: Mapping[str, Any]) -> None:
        """Keep the run as it is after `step` steps, then drop older states."""
        import torch
        from safetensors.torch import save_model

        unfinished = self.folder / f"unfinished-{os.getpid()}"
        with self._or_not_kept(unfinished):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            save_model(model, str(unfinished / _WEIGHTS))
            torch.save(dict(state), unfinished / _STATE)
            for path in (unfinished / _WEIGHTS, unfinished / _STATE, unfinished):
                _sync(path)
            unfinished.rename(self.folder / f"step-{step}")
            _sync(self.folder)
        for older in self.folder.glob("step-*"):
            if older.name != f"step-{step}":
                shutil.rmtree(older, ignore_errors=True)

    def load(self, *, model: Any) -> dict[str, Any]:
        """Put the newest state's weights into `model` and give the rest."""
        import torch
        from safetensors.torch import load_model

        newest = self.latest()
        if newest is None:
            raise AnotherRun(f"{self.folder}: there is no state to go on from")
        load_model(model, str(newest / _WEIGHTS))
        return dict(torch.load(newest / _STATE, map_location="cpu", weights_only=True))

    def keep_best(self, model: Any) -> None:
        """Keep the model's weights as the best so far."""
        from safetensors.torch import save_model

        unfinished = self.folder / f"best-{os.getpid()}.part"
        with self._or_not_kept(unfinished):
            save_model(model, str(unfinished))
            _sync(unfinished)
            unfinished.replace(self.best)

    @contextmanager
    def _or_not_kept(self, unfinished: Path) -> Iterator[None]:
        """Raise `NotKept` where writing fails, and leave no half of it to fill the disk further."""
        from safetensors import SafetensorError

        try:
            yield
        # torch says RuntimeError of a file that it could not write.
        except (OSError, SafetensorError, RuntimeError) as error:
            shutil.rmtree(unfinished) if unfinished.is_dir() else unfinished.unlink(missing_ok=True)
            kept = self.latest()
            raise NotKept(
                f"cannot write to {self.folder}: {str(error).splitlines()[0]}; "
                f"{f'the state of {kept.name} is kept' if kept else 'no state was kept yet'}: run again to go on"
            ) from error

    def load_best(self, model: Any) -> None:
        """Put the weights of the best look into `model`."""
        from safetensors.torch import load_model

        load_model(model, str(self.best))

    def clear(self) -> None:
        """The run has ended: its state is no longer needed."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _as_stored(run: Mapping[str, Any]) -> dict[str, Any]:
    """`run` as it is read back: JSON has no tuples."""
    return dict(json.loads(json.dumps(dict(run))))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
