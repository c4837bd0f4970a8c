"""A second factor at sign-in: its secrets sealed in the database, and asked of everybody where the site says so."""

import base64
from collections.abc import Callable
from typing import Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac

from evaluation.models import Researcher

SALT: Final = "evaluation.operation.second_factor"
# Pages that somebody reaches without the second factor they are to set up: signing in and out, and setting it up.
ACCOUNT: Final = "/account/"


class SealedUnderAnotherKey(RuntimeError):
    """A secret that none of the site's keys opens: `SECRET_KEY` is another than when it was set up."""


class SealedSecrets(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Whoever gets hold of the database, or of a backup, has nobody's second factor: the key is not in it."""

    def encrypt(self, text: str) -> str:
        """`text` sealed under the site's key."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` sealed, under the site's key or one of its former ones."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise SealedUnderAnotherKey(
                "a second factor was sealed under another SECRET_KEY: name the old one in SECRET_KEY_FALLBACKS, or run "
                "manage.py create_researcher EMAIL --forget-second-factor"
            ) from error

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where everybody must have a second factor, nobody switches it off."""
        return not settings.REQUIRE_SECOND_FACTOR


def _seal() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = [salted_hmac(SALT, "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def has_second_factor(researcher: Researcher | AnonymousUser) -> bool:
    """Whether an app stands beside the password."""
    return bool(Authenticator.objects.filter(user_id=researcher.pk, type=Authenticator.Type.TOTP).exists())


def forget_second_factor(researcher: Researcher) -> bool:
    """Take away the second factor of somebody who lost it, its recovery codes too; whether there was one."""
    deleted, _ = Authenticator.objects.filter(user=researcher).delete()
    return bool(deleted)


def asked_of_everybody(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: where `REQUIRE_SECOND_FACTOR` is set, whoever signed in without one sets one up before anything."""

    def answered(request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_SECOND_FACTOR and _lacks_one(request):
            messages.warning(request, "This Parley asks everybody for a second factor. Please set yours up first.")
            return redirect("mfa_activate_totp")
        return get_response(request)

    return answered


def _lacks_one(request: HttpRequest) -> bool:
    # Annotators' pages know nobody who signed in.
    outside = (ACCOUNT, f"/{settings.STATIC_URL.strip('/')}/", "/s/", "/j/", "/prolific/", "/mturk/")
    if request.path.startswith(outside):
        return False
    return request.user.is_authenticated and not has_second_factor(request.user)
