"""The commands in docs/running-a-study.md run as written, one after the other."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import call_command

from evaluation.models import Study
from tests.evaluation.files import a_line, an_outside_line, named_responses, write_lines
from tests.evaluation.made_corpora import labelled_corpus

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "running-a-study.md"
# They make an environment, tables or a server, which a test has already.
ELSEWHERE = ("migrate", "serve")


def commands_of(guide: Path) -> list[list[str]]:
    blocks = re.findall(r"^```\n(.*?)^```", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [line[2:] for line in lines if line[:2] == [".venv/bin/python", "manage.py"] and line[2] not in ELSEWHERE]


def test_every_command_of_the_guide_runs_as_written(parley_home, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name in ("ours", "theirs"):
        write_lines(Path(f"{name}.jsonl"), [an_outside_line(number, f"{name} {number}") for number in range(3)])
    for system in ("p-tiny", "pt-tiny"):
        named_responses(
            parley_home,
            system,
            [
                a_line(system, number, domain=domain, traits={"extraversion": "high"}, reply=f"{number} of {system}")
                for domain in ("crowd", "distilled")
                for number in range(4)
            ],
        )
    labelled_corpus(parley_home, [{"extraversion": "high"}, {"extraversion": "low"}], name="personalitychat")
    commands = commands_of(GUIDE)

    for words in commands:
        call_command(*words)

    said = capsys.readouterr().out
    assert len(commands) >= 12
    assert {study.name: study.state for study in Study.objects.all()} == {
        "ours-against-theirs": "draft",
        "demo": "closed",
        "demo-dryrun": "closed",
        "who-is-like-what": "draft",
    }
    for made in ("reports/demo-dryrun", "reports/demo", "reports/from-the-file"):
        assert (tmp_path / made / "report.html").is_file()
    assert said.count("/j/") == 15
