"""Signing in: by invitation only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Nobody signs up by themselves: a researcher is created by command or invited by an owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
