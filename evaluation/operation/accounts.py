"""Researchers' accounts: by command or invitation only."""

import secrets
from pathlib import Path

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.urls import reverse

from evaluation.models import Researcher


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Nobody signs up by themselves: a researcher is created by command or invited by an owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class BadAddress(ValueError):
    """What should be an e-mail address and is none."""


class NoSuchResearcher(ValueError):
    """An address that no researcher signs in with."""


def create_researcher(*, email: str, name: str = "") -> tuple[Researcher, bool]:
    """The researcher with that address, and whether they are new: then they cannot sign in until a password is set."""
    try:
        validate_email(email)
    except ValidationError:
        raise BadAddress(f"expected an e-mail address, got {email!r}") from None
    found = Researcher.objects.filter(email__iexact=email).first()
    if found is not None:
        return found, False
    return Researcher.objects.create_user(email, None, name=name), True


def researcher_with(email: str) -> Researcher:
    """The researcher who signs in with `email`."""
    researcher = Researcher.objects.filter(email__iexact=email).first()
    if researcher is None:
        raise NoSuchResearcher(f"no researcher {email!r}; make one first: manage.py create_researcher {email}")
    return researcher


def one_time_path(researcher: Researcher) -> str:
    """The path of a page on which `researcher` sets a password; it stops working once one is set, or with time."""
    # Not at the top: these modules of allauth read the settings, which name this one.
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(researcher), "key": default_token_generator.make_token(researcher)},
    )


def create_with_password_file(*, email: str, name: str, password_file: Path) -> Researcher:
    """A researcher whose generated password stands in `password_file`, readable by its owner alone.

    Both are kept where they are there already and fit each other; a lost file means a new password.
    """
    researcher = Researcher.objects.filter(email=email).first()
    if password_file.is_file():
        password = password_file.read_text(encoding="utf-8").strip()
        if researcher is not None and researcher.check_password(password):
            return researcher
    else:
        password = secrets.token_urlsafe(12)
        password_file.parent.mkdir(parents=True, exist_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(f"{password}\n", encoding="utf-8")
    if researcher is None:
        return Researcher.objects.create_user(email, password, name=name)
    researcher.set_password(password)
    researcher.save(update_fields=["password"])
    return researcher
