"""Accounts: closed to strangers, and the demo's password kept for its owner alone."""

import pytest

from evaluation.models import Researcher
from evaluation.operation.accounts import (
    BadAddress,
    NoSuchResearcher,
    create_researcher,
    create_with_password_file,
    one_time_path,
    researcher_with,
)
from tests.cast import CLEO, DOV

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
    assert "Nobody signs up here by themselves" in page.content.decode()


def test_a_new_researcher_cannot_sign_in_until_a_password_is_set():
    cleo, new = create_researcher(email="Cleo@example.org", name="Cleo")

    assert (cleo.email, new, cleo.has_usable_password()) == (CLEO, True, False)


def test_an_address_is_one_researchers_however_it_is_written():
    cleo, _ = create_researcher(email=CLEO)

    assert create_researcher(email="CLEO@example.org") == (cleo, False)
    assert researcher_with("Cleo@Example.Org") == cleo


def test_what_is_no_address_and_whom_nobody_knows_are_refused():
    with pytest.raises(BadAddress, match="expected an e-mail address, got 'cleo'"):
        create_researcher(email="cleo")
    with pytest.raises(NoSuchResearcher, match=r"no researcher 'dov@example\.org'; make one first"):
        researcher_with(DOV)


def test_a_one_time_link_stops_working_once_a_password_is_set(client):
    cleo, _ = create_researcher(email=CLEO)
    path = one_time_path(cleo)
    cleo.set_password("a long enough password")
    cleo.save()

    page = client.get(path, follow=True)

    assert "password1" not in page.content.decode()
