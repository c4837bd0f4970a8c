"""Accounts: closed to strangers, and the demo's password kept for its owner alone."""

import pytest

from evaluation.accounts import create_with_password_file
from evaluation.models import Researcher
from tests.cast import CLEO

pytestmark = pytest.mark.django_db


def test_a_generated_password_lets_its_researcher_in_and_only_its_owner_read_it(tmp_path):
    path = tmp_path / "var" / "password"

    cleo = create_with_password_file(email=CLEO, name="Cleo", password_file=path)

    assert cleo.check_password(path.read_text().strip())
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_time_nothing_changes(tmp_path):
    path = tmp_path / "password"
    cleo = create_with_password_file(email=CLEO, name="Cleo", password_file=path)
    password = path.read_text()

    again = create_with_password_file(email=CLEO, name="Cleo", password_file=path)

    assert (again, path.read_text(), Researcher.objects.count()) == (cleo, password, 1)


def test_a_lost_file_means_a_new_password(tmp_path):
    path = tmp_path / "password"
    create_with_password_file(email=CLEO, name="Cleo", password_file=path)
    path.unlink()

    cleo = create_with_password_file(email=CLEO, name="Cleo", password_file=path)

    assert cleo.check_password(path.read_text().strip())


def test_nobody_signs_up_by_themselves(client):
    page = client.post("/account/signup/", {"email": "dov@example.org", "password1": "x" * 12, "password2": "x" * 12})

    assert not Researcher.objects.filter(email="dov@example.org").exists()
    assert b"closed" in page.content.lower()
