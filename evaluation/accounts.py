"""Researchers' accounts: by command or invitation only."""

import secrets
from pathlib import Path

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from evaluation.models import Researcher


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Nobody signs up by themselves: a researcher is created by command or invited by an owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


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
