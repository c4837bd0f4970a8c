"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real dialogues and judgments; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("PARLEY_SHARED") or ROOT.parent / "shared") / "data"
    if not folder.is_dir():
        if os.environ.get("PARLEY_REQUIRE_ALL"):
            pytest.fail(f"the real data is required here, and is not at {folder}")
        pytest.skip(f"the real data is not at {folder}; PARLEY_SHARED names the folder that holds data/")
    return folder


@pytest.fixture(autouse=True)
def language_of_its_own():
    """The language that a request asked for stays with its thread; the next test on it must not read it."""
    yield
    translation.deactivate()


@pytest.fixture
def parley_home(tmp_path: Path, settings) -> Path:
    """An empty PARLEY_HOME of this test's own."""
    settings.PARLEY_HOME = tmp_path / "home"
    settings.PARLEY_HOME.mkdir()
    return settings.PARLEY_HOME
