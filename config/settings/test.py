"""Settings of the test suite: real SQLite files, or PostgreSQL where `PARLEY_TEST_DATABASE_URL` names one."""

import os
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import database, env

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
_scratch = Path(tempfile.gettempdir()) / f"parley-test-{os.getuid()}"
_scratch.mkdir(exist_ok=True)
PARLEY_HOME = _scratch / "home"

DATABASES = {
    "default": database(str(env.str("PARLEY_TEST_DATABASE_URL", default=f"sqlite:///{_scratch / 'unused.sqlite3'}")))
}
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # A file, since shared in-memory databases hide locking faults; one for each run.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / f"test-{os.getpid()}.sqlite3")}
    # A live server's threads keep nothing open when the file is deleted.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
else:
    # A pool would keep connections open when the test database is dropped.
    del DATABASES["default"]["OPTIONS"]["pool"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ACCOUNT_RATE_LIMITS = False
API_RATES = {}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
