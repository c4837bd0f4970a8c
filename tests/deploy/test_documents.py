"""What README.md and the guides tell somebody to type is there, and the README's short ways are gone as written."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from tests.conftest import ROOT
from tests.evaluation.test_audit_command import WIDE
from tests.evaluation.uploads import responses_of
from tests.served_site import free_port

DOCUMENTS: Final = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
README: Final = DOCUMENTS[0]
# Up to what a shell would take for something else.
MANAGE: Final = re.compile(
    r"(?:^|&& |; |\$ |\$\()\s*(?:[A-Z_]+=\S+ )*(?:\S*python )?manage\.py (.*?)(?=$| && |; | \| |\)$)"
)
MAKE: Final = re.compile(r"(?:^|&& |\$ |`)make ([a-z][a-z-]*)")
MODULE: Final = re.compile(r"python -m ((?:benchmarks|tests|config)[\w.]*)")
# But for PersonaChat's own files, which may not be handed on, and what is filled in by whoever sets Parley up.
FILE: Final = re.compile(
    r"(?<![\w/])((?:examples|docs|deploy|benchmarks|config)/(?!personachat/\w+_original|backups/)[\w./-]+\.\w+)"
)


def blocks(document: Path) -> list[str]:
    """What stands in a document to be typed, each line whole."""
    found = re.findall(r"^```(?:console|sh|bash)?\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.M)
    return [re.sub(r"\\\n\s*", " ", block) for block in found]


def typed() -> Iterator[tuple[Path, list[str]]]:
    """Each `manage.py` command of each document, in words."""
    for document in DOCUMENTS:
        for block in blocks(document):
            for line in block.splitlines():
                for found in MANAGE.finditer(line):
                    yield document, shlex.split(found.group(1), comments=True)


COMMANDS: Final = list(typed())


def parser_of(name: str) -> ArgumentParser:
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    parser = command.create_parser("manage.py", name)
    # Complaints are raised, not printed.
    parser.called_from_command_line = False
    return parser


def test_the_documents_hold_commands_at_all():
    told = {words[0] for _, words in COMMANDS}

    assert len(COMMANDS) > 100
    assert {"migrate", "create_study", "compare_files", "invite", "report", "audit", "plan", "experiment"} <= told


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_document_tells_is_one_that_is_taken(document):
    refused = []
    for words in (words for where, words in COMMANDS if where == document):
        if words[0] not in get_commands():
            refused.append(f"{' '.join(words)}: there is no such command")
            continue
        try:
            parser_of(words[0]).parse_args(words[1:])
        except CommandError as error:
            refused.append(f"{' '.join(words)}: {error}")

    assert refused == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_target_module_and_file_that_a_document_names_is_there(document):
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))

    assert set(MAKE.findall(text)) - targets == set()
    assert [name for name in MODULE.findall(text) if importlib.util.find_spec(name.rstrip(".")) is None] == []
    where = (document.parent, ROOT)
    assert [name for name in FILE.findall(text) if not any((base / name).exists() for base in where)] == []


def test_a_command_that_is_gone_would_be_found():
    line = ".venv/bin/python manage.py no_such_command x && .venv/bin/python manage.py plan --no-such-option  # tells"
    found = [shlex.split(each.group(1), comments=True) for each in MANAGE.finditer(line)]

    assert found == [["no_such_command", "x"], ["plan", "--no-such-option"]]
    assert found[0][0] not in get_commands()
    with pytest.raises(CommandError, match="unrecognized arguments: --no-such-option"):
        parser_of("plan").parse_args(found[1][1:])


# As written ------------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the commands need, with this environment as its `.venv`, which `make` takes for set up."""
    folder = tmp_path / "parley"
    skip = shutil.ignore_patterns("__pycache__", "*.sqlite3*")
    folder.mkdir()
    for name in ("config", "generation", "training", "evaluation", "templates", "locale", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("manage.py", "Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
        # Older than the stamps below: nothing is installed anew, least of all into the environment of these tests.
        os.utime(folder / name, (0, 0))
    venv = folder / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(Path(sys.prefix) / name)
    for name in (".torch", ".train"):
        (venv / name).touch()
        time.sleep(0.01)
    return folder


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What somebody types, in a shell of their own: nothing of these tests' settings is in it."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "PARLEY_HOME", "MAKEFLAGS")
    }
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def block_with(words: str) -> list[str]:
    """The lines of the README's block in which `words` stand."""
    (found,) = [block for block in blocks(README) if words in block]
    return found.strip().splitlines()


@contextmanager
def running(line: str, folder: Path) -> Iterator[str]:
    """The site that `line` serves; stopped, as one stops it, by Ctrl-C."""
    port = free_port()
    # 8000, where it would listen, may be taken on this machine.
    server = subprocess.Popen(
        ["bash", "-c", f"exec {line} --port {port}"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(2)
        server.wait(timeout=40)
        assert server.stdout is not None
        server.stdout.close()


def test_the_readmes_way_of_two_own_systems_is_gone_as_written(checkout, tmp_path):
    # Without what is said behind a command; the server gets a word more.
    lines = [line.partition("  #")[0].strip() for line in block_with("compare_files")]
    at = next(place for place, line in enumerate(lines) if line.endswith("manage.py serve"))
    (checkout / "ours.jsonl").write_bytes(responses_of("ours", contexts=4))
    (checkout / "theirs.jsonl").write_bytes(responses_of("theirs", contexts=4))

    said = []
    for line in lines[:at]:
        done = shell(line, checkout)
        assert done.returncode == 0, (line, done.stderr[-2000:] + done.stdout[-1000:])
        said.append(done.stdout)
    link = re.search(r"https?://[^/\s]+(/\S+)", said[-1]).group(1)

    with running(lines[at], checkout) as address:
        order = {"address": address, "host": address.removeprefix("http://"), "links": [link] * 2, "patience": 60}
        (tmp_path / "order.json").write_text(json.dumps(order))
        judged = subprocess.run(
            [sys.executable, "-m", "tests.web_annotators", str(tmp_path / "order.json")],
            cwd=ROOT,
            # They say that they stand ready, and wait for this word.
            input="go\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stderr[-2000:]
        assert json.loads(judged.stdout.splitlines()[-1])["acknowledged"]
        # "close the study from another terminal"
        for line in lines[at + 1 :]:
            done = shell(line, checkout)
            assert done.returncode == 0, (line, done.stderr[-2000:])

    assert (checkout / "reports" / "ours" / "report.html").is_file()
    assert json.loads((checkout / "reports" / "ours" / "report.json").read_text())["criteria"]


def test_the_readmes_way_of_an_old_file_is_gone_as_written(checkout):
    (checkout / "judgments.csv").write_text(WIDE)

    for line in block_with("manage.py audit"):
        done = shell(line, checkout)

        assert done.returncode == 0, (line, done.stderr[-2000:])
        assert len(done.stdout) > 200, line
    # Neither needs a database.
    assert not (checkout / "var" / "parley.sqlite3").exists()


def test_the_readmes_real_experiment_plans_what_it_would_do(checkout):
    lines = block_with("manage.py experiment")
    (command,) = [line for line in lines if "manage.py experiment" in line]
    for name in ("train_both_original.txt", "valid_both_original.txt"):
        (checkout / name).write_text("")

    assert [shell(line, checkout).returncode for line in lines[:2]] == [0, 0]
    planned = shell(command.partition("#")[0] + " --plan", checkout)
    assert planned.returncode == 0, planned.stderr[-2000:]
    assert "study" in planned.stdout


def test_the_guides_first_steps_are_gone_as_written(checkout):
    document = ROOT / "docs" / "running-a-study.md"
    (first,) = [block for block in blocks(document) if "create_researcher" in block and "make" in block]
    lines = [line for line in first.strip().splitlines() if "manage.py serve" not in line]
    (draft,) = [block.strip() for block in blocks(document) if "create_study examples/demo/study.toml" in block]

    for line in lines:
        done = shell(line, checkout)
        assert done.returncode == 0, (line, done.stderr[-2000:])

    assert "http" in done.stdout
    assert parser_of("create_study").parse_args(shlex.split(draft)[3:]).owner == "cleo@example.org"


def test_make_names_its_targets_and_the_readmes_two_are_among_them(checkout):
    told = shell("make help", checkout).stdout

    assert {"make demo", "make test"} <= set(re.findall(r"make [a-z-]+", told))
    for line in block_with("make demo"):
        assert shell(line.partition("#")[0].replace("make ", "make -n "), checkout).returncode == 0
