"""One target under atheris: `python -m tests.fuzz.exploring TARGET FOLDER [libFuzzer's options]`.

FOLDER takes the inputs that reached new code, and the one that broke it (`-artifact_prefix`). What is under test must
be instrumented as it is imported, so nothing of it may be imported before.
"""

import sys
import tempfile
from pathlib import Path

import atheris
import django

# Imported before anything is instrumented: what is not ours would only slow it down.
django.setup()
OURS = ["evaluation", "generation", "training"]

with atheris.instrument_imports(include=OURS):
    from tests.fuzz.targets import TARGETS, try_out


def main() -> None:
    """Run until libFuzzer's limits, or until something breaks; its exit status tells which."""
    name, folder, *options = sys.argv[1:]
    target, found = TARGETS[name], Path(folder) / name
    found.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (found / f"seed-{number}").write_bytes(seed)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)

        def read(data: bytes) -> None:
            try_out(target, data, place)

        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(found)], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
