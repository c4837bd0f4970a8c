"""One machine, one researcher: SQLite under `PARLEY_HOME`, a key of its own, no certificate."""

import secrets

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import PARLEY_HOME, flag, words

DEBUG = flag("DEBUG", default=False)
ALLOWED_HOSTS = words("ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]


def _own_key() -> str:
    """A secret key made on the first start and kept, so that sign-ins outlive a restart."""
    path = PARLEY_HOME / "secret-key"
    try:
        PARLEY_HOME.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50), encoding="ascii")
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise ImproperlyConfigured(f"cannot keep a secret key under PARLEY_HOME ({PARLEY_HOME}): {error}") from error


SECRET_KEY = _own_key()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Files are served from where they lie; the folder is there so that nothing complains of its absence.
STATIC_ROOT = PARLEY_HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
