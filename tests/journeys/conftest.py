"""What every journey may ask for."""

from pathlib import Path

import pytest

from tests.journeys.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A home with an empty database."""
    workshop = Workshop(tmp_path / "home")
    workshop.home.mkdir()
    workshop.manage("migrate", "--verbosity", "0")
    return workshop
