"""What every command shares."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from generation.corpus.manifest import BadManifest
from generation.terminal import FAILED, BadInput, ParleyCommand, Progress, WorkFailed, progress
from tests.conftest import ROOT


class Broken(ValueError):
    """What the command below calls bad input."""


class Weigh(ParleyCommand):
    """A command that says what it was told to weigh."""

    bad_input = (Broken,)

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("what")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["what"] == "manifest":
            raise BadManifest("manifest.json: not JSON")
        if options["what"] == "locked":
            Path("/dev/null/scales").mkdir()
        if options["what"] == "nothing":
            raise Broken("scales.txt:1: expected a thing, got nothing")
        self.say(f"Weighed {options['what']}.")
        return {"weighed": options["what"], "failed": 2 if options["what"] == "smoke" else 0}


def run(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(Weigh(), *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_result_is_said_to_people_by_default():
    out, err = run("bread")

    assert (out, err) == ("Weighed bread.\n", "")


def test_json_stands_alone_on_stdout_and_the_words_go_to_stderr():
    out, err = run("bread", "--json")

    assert json.loads(out) == {"weighed": "bread", "failed": 0}
    assert err == "Weighed bread.\n"


def test_bad_input_ends_with_two_and_its_own_message():
    with pytest.raises(BadInput, match=r"scales\.txt:1: expected a thing, got nothing") as caught:
        run("nothing")

    assert caught.value.returncode == 2


def test_a_manifest_that_cannot_be_read_is_bad_input_for_every_command():
    with pytest.raises(BadInput, match=r"manifest\.json: not JSON"):
        run("manifest")


def test_a_place_that_cannot_be_written_ends_with_one_and_its_path():
    with pytest.raises(WorkFailed, match="/dev/null/scales") as caught:
        run("locked")

    assert caught.value.returncode == FAILED


def test_rows_that_failed_end_with_three():
    with pytest.raises(SystemExit) as caught:
        run("smoke")

    assert caught.value.code == 3


def test_progress_passes_every_row_on():
    rows = list(progress([3, 1, 2], total=3, label="rows", quiet=True))

    assert rows == [3, 1, 2]


def test_progress_is_plain_lines_where_the_output_is_no_terminal(capsys):
    shown = Progress(total=10, label="dialogues")
    shown.every_seconds = 0.0

    shown.advance(4, note="2 failed")

    line = capsys.readouterr().err
    assert line.startswith("dialogues: 4 of 10 · ")
    assert line.endswith(" · 2 failed\n")
    assert "\r" not in line


def test_a_database_without_tables_is_said_with_the_remedy(tmp_path):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "PARLEY_HOME": str(tmp_path)}
    environment.pop("DATABASE_URL", None)

    ran = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "open_study", "snow"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == FAILED
    assert ran.stderr.strip() == "WorkFailed: the database has no tables, or older ones; run: manage.py migrate"


def test_a_file_that_is_no_database_is_said_without_a_traceback(tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, but notes of some length\n" * 100)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "PARLEY_HOME": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'notes.txt'}",
    }

    ran = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "open_study", "snow"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == FAILED
    assert ran.stderr.strip() == "WorkFailed: the database: file is not a database"
