"""What can be set is told, and what is told can be set."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import ROOT

SETTINGS: Final = [ROOT / "config" / "settings" / f"{name}.py" for name in ("base", "prod")]
READ: Final = re.compile(r"""(?:env\.\w+|flag|words|networks|number|secret|environ\.get)\(\s*f?"([A-Z][A-Z_]+)["{]""")
SECRET: Final = re.compile(r"""secret\("([A-Z_]+)"\)""")
GUIDE: Final = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
COMPOSE: Final = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")


def read_by(*files: Path) -> set[str]:
    """The variables that these files ask the environment for; a secret may come from a file."""
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    return set(READ.findall(text)) | {f"{name}_FILE" for name in SECRET.findall(text)}


def told_in(example: str) -> list[str]:
    lines = (ROOT / "deploy" / example).read_text(encoding="utf-8").splitlines()
    return [found.group(1) for line in lines if (found := re.match(r"#?([A-Z][A-Z_]+)=", line))]


def test_every_variable_of_the_settings_is_in_the_guides_table():
    rows = "".join(line.split("|")[1] for line in GUIDE.splitlines() if line.startswith("| `"))
    asked = read_by(*SETTINGS, ROOT / "config" / "gunicorn.py")

    assert {"SECRET_KEY", "SECRET_KEY_FILE", "DATABASE_URL", "BROKER_URL", "BIND", "WEBHOOK_HOSTS"} <= asked
    assert sorted(name for name in asked if f"`{name}`" not in rows) == []


def test_every_variable_of_the_guides_table_is_read():
    rows = [line.split("|")[1] for line in GUIDE.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}
    asked = read_by(*SETTINGS, ROOT / "config" / "gunicorn.py") | set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))

    assert told - asked == {"DJANGO_SETTINGS_MODULE"}


def test_every_variable_of_the_example_is_read_and_none_twice():
    told = told_in(".env.example")
    asked = read_by(*SETTINGS, ROOT / "config" / "gunicorn.py") | set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))

    assert sorted(set(told) - asked) == []
    assert len(told) == len(set(told)) > 10
    # What compose.yaml sets itself would be overridden there without a word.
    fixed = set(re.findall(r"^  ([A-Z_]+): ", COMPOSE, re.M))
    assert fixed & set(told) == set()


def test_the_example_holds_no_secret_and_its_values_are_the_real_defaults():
    text = (ROOT / "deploy" / ".env.example").read_text(encoding="utf-8")
    given = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.M))
    source = "".join(file.read_text(encoding="utf-8") for file in [*SETTINGS, ROOT / "config" / "gunicorn.py"])

    assert [name for name in given if re.search("SECRET|PASSWORD|KEY", name)] == []
    for name, value in given.items():
        if value.isdecimal():
            default = re.search(rf'"{name}", (?:default=|")(.*)', source)
            assert default, name
            assert value in default.group(1).replace("_", ""), name


def test_the_workers_example_is_read_by_what_asks_language_models():
    asked = (ROOT / "generation" / "asking" / "llm.py").read_text(encoding="utf-8")

    assert told_in("worker.env.example") == ["OPENAI_BASE_URL", "OPENAI_API_KEY"]
    assert all(f'"{name}"' in asked for name in told_in("worker.env.example"))


@pytest.mark.parametrize("name", ["deploy/.env", "deploy/worker.env", "deploy/secrets/secret-key", "deploy/backups/x"])
def test_what_is_filled_in_is_kept_out_of_the_repository(name):
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()

    assert any(name.startswith(line) or name.endswith(f"/{line}") for line in lines)
