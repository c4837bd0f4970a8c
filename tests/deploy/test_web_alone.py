"""The pages need what `pip install parley` brings, and nothing more: no torch, no client of a language model."""

import json
import os
import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

HEAVY = {"torch", "transformers", "accelerate", "tokenizers", "datasets", "openai", "safetensors", "triton"}


def brought(*extras: str) -> dict[str, Distribution]:
    """What `pip install 'parley[extras]'` installs, by name, as it is installed here."""
    found: dict[str, Distribution] = {}
    left = [Requirement(f"parley[{','.join(extras)}]" if extras else "parley")]
    while left:
        wanted = left.pop()
        name, more = canonicalize_name(wanted.name), ["", *sorted(wanted.extras)]
        found[name] = here = distribution(wanted.name)
        for line in here.requires or []:
            needs = Requirement(line)
            if needs.marker and not any(needs.marker.evaluate({"extra": extra}) for extra in more):
                continue
            if canonicalize_name(needs.name) not in found or needs.extras:
                left.append(needs)
    del found["parley"]
    return found


@pytest.mark.parametrize("extras", [(), ("postgres", "redis", "workers")], ids=["alone", "the image's extras"])
def test_what_the_pages_need_brings_neither_torch_nor_a_language_models_client(extras):
    names = set(brought(*extras))

    assert names & HEAVY == set()
    assert {"django", "gunicorn", "scipy", "whitenoise"} <= names


def test_every_address_answers_where_nothing_else_is_installed(tmp_path):
    alone = tmp_path / "site-packages"
    alone.mkdir()
    for each in brought().values():
        for file in {Path(str(file)).parts[0] for file in each.files or []} - {"..", "__pycache__"}:
            if not (alone / file).exists():
                (alone / file).symlink_to(Path(str(each.locate_file(file))))

    # -S: of what is installed here only the folder made above is seen.
    done = subprocess.run(
        [sys.executable, "-S", "-W", "ignore", "-m", "tests.deploy.every_answer"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}{os.pathsep}{alone}",
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
            "SECRET_KEY": "asked-only-in-tests-k3J9xQ2vL7mB4nR8tY1wZ6cF5hD0sGpAeUiOqWzXy",
            "ALLOWED_HOSTS": "testserver",
            "SECURE_SSL_REDIRECT": "no",
            "LOG_LEVEL": "ERROR",
            "PARLEY_HOME": str(tmp_path / "home"),
            "STATIC_ROOT": str(_collected(tmp_path / "static")),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'alone.sqlite3'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert (told["broken"], told["loaded"], told["sign_in"]) == ([], [], 200)
    # Researchers and annotators saw pages, and strangers were turned away.
    assert told["pages"] > 100
    assert told["statuses"]["302"] > 50


def _collected(folder: Path) -> Path:
    """A folder in which every static file has its hashed name, without the minute that compressing all takes."""
    folder.mkdir()
    code = (
        "import django; from django.conf import settings; django.setup();"
        "settings.STORAGES['staticfiles']['BACKEND'] ="
        " 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage';"
        "from django.core.management import call_command; call_command('collectstatic', '--noinput', verbosity=0)"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": "asked-only-in-tests-k3J9xQ2vL7mB4nR8tY1wZ6cF5hD0sGpAeUiOqWzXy",
        "ALLOWED_HOSTS": "testserver",
        "STATIC_ROOT": str(folder),
    }
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, check=True)
    return folder
