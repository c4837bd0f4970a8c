"""Settings: loud about nonsense, and safe where it matters."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

GOOD = {"SECRET_KEY": "k3J9-xQ2_vL7mB4nR8tY1wZ6cF5hD0sGpAeUiOqWzXyTbN", "ALLOWED_HOSTS": "parley.example.org"}
LONG_KEY = GOOD["SECRET_KEY"] + "MvKd82ns"


def manage(*words: str, settings: str = "config.settings.prod", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": settings, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_djangos_own_deployment_checks(tmp_path):
    done = manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        SECRET_KEY=LONG_KEY,
        ALLOWED_HOSTS="parley.example.org",
        PARLEY_HOME=str(tmp_path),
    )

    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY: expected at least 50 random characters"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY: expected at least 50 random characters"),
        ({"SECRET_KEY": LONG_KEY, "ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS: expected the names"),
        ({"SECRET_KEY": LONG_KEY, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS: expected the names"),
        ({"SECRET_KEY": LONG_KEY, "SECURE_SSL_REDIRECT": "maybe"}, "SECURE_SSL_REDIRECT='maybe': expected one of"),
        ({"SECRET_KEY": LONG_KEY, "SECURE_HSTS_SECONDS": "-1"}, "SECURE_HSTS_SECONDS='-1': expected a whole number"),
        ({"SECRET_KEY": LONG_KEY, "DATABASE_URL": "mysql://x/y"}, "DATABASE_URL begins with 'mysql'"),
    ],
)
def test_nonsense_in_the_environment_stops_a_production_start(environment, complaint):
    done = manage("check", **{"ALLOWED_HOSTS": "parley.example.org", **environment})

    assert done.returncode != 0
    assert complaint in done.stderr


def test_a_development_start_makes_a_secret_key_of_its_own_and_keeps_it(tmp_path):
    first = manage("check", settings="config.settings.dev", PARLEY_HOME=str(tmp_path))
    key = (tmp_path / "secret-key").read_text()
    second = manage("check", settings="config.settings.dev", PARLEY_HOME=str(tmp_path))

    assert (first.returncode, second.returncode) == (0, 0)
    assert (tmp_path / "secret-key").read_text() == key
    assert len(key) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_starting_django_imports_nothing_slow():
    code = (
        "import django, sys; django.setup(); from django.core.management import call_command; call_command('check');"
        "slow = ('torch', 'transformers', 'openai', 'scipy.stats', 'matplotlib');"
        "print([name for name in slow if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip().endswith("[]")


def told(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = f"from django.conf import settings; print({expression})"
    return manage("shell", "-v0", "-c", code, **{**GOOD, "SECRET_KEY": LONG_KEY, **environment})


def test_secrets_come_from_files_without_the_end_of_their_line(tmp_path):
    key, password = tmp_path / "key", tmp_path / "password"
    key.write_text(LONG_KEY + "x1\n")
    password.write_text("a%b/c:d\n")

    done = told(
        "settings.SECRET_KEY, settings.DATABASES['default']['PASSWORD'], settings.DEFAULT_FROM_EMAIL",
        SECRET_KEY="",
        SECRET_KEY_FILE=str(key),
        DATABASE_URL="postgres://parley@database/parley",
        DATABASE_PASSWORD_FILE=str(password),
        EMAIL_URL="smtp://mail.example.org",
    )

    assert done.stdout.split() == [LONG_KEY + "x1", "a%b/c:d", "parley@parley.example.org"], done.stderr


def test_what_a_judgment_asks_is_kept_by_postgresql_unless_a_pooler_forbids_it():
    asked = "settings.DATABASES['default']['OPTIONS']['prepare_threshold']"
    there = "postgres://parley@database/parley"

    assert told(asked, DATABASE_URL=there).stdout.split() == ["2"]
    assert told(asked, DATABASE_URL=there, DATABASE_PREPARED="no").stdout.split() == ["None"]


def test_a_secret_said_twice_or_in_no_file_stops_the_start(tmp_path):
    file = tmp_path / "empty"
    file.write_text("\n")

    for environment, complaint in (
        ({"SECRET_KEY_FILE": str(file)}, "SECRET_KEY and SECRET_KEY_FILE are both set: expected one of them"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": str(file)}, "expected a secret in that file, and it is empty"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "none")}, "expected a file that can be read"),
    ):
        done = told("settings.DEBUG", **environment)
        assert done.returncode != 0
        assert complaint in done.stderr
