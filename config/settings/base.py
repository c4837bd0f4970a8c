"""Settings that hold everywhere. What differs between machines comes from the environment, checked aloud."""

import ipaddress
from pathlib import Path
from typing import Any, Final

import environ
from csp.constants import NONCE, NONE, SELF  # noqa: F401
from django.core.exceptions import ImproperlyConfigured

from config import logs

BASE_DIR: Final = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def flag(name: str, *, default: bool) -> bool:
    """A yes/no from the environment; any word that is neither is refused rather than read as no."""
    value = str(env.str(name, default="yes" if default else "no")).strip().lower()
    if value not in _TRUE + _FALSE:
        raise ImproperlyConfigured(f"{name}={value!r}: expected one of {', '.join(_TRUE + _FALSE)}")
    return value in _TRUE


def words(name: str) -> list[str]:
    """A comma-separated list from the environment, empty where it is not set."""
    return [word.strip() for word in str(env.str(name, default="")).split(",") if word.strip()]


def networks(name: str) -> list[str]:
    """Addresses and networks from the environment, such as 10.0.0.5 and 10.0.0.0/8; anything else is refused."""
    for each in words(name):
        try:
            ipaddress.ip_network(each, strict=False)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: expected addresses or networks, got {each!r}") from error
    return words(name)


def number(name: str, *, default: int, least: int = 0) -> int:
    """A whole number from the environment, at least `least`."""
    value = str(env.str(name, default=str(default)))
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name}={value!r}: expected a whole number of at least {least}")
    return int(value)


def secret(name: str) -> str:
    """What must stay secret: from the environment, or from the file that `NAME_FILE` names, without its line's end."""
    value, path = str(env.str(name, default="")), str(env.str(f"{name}_FILE", default=""))
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: expected one of them")
    if not path:
        return value
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE={path!r}: expected a file that can be read: {error}") from error
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE={path!r}: expected a secret in that file, and it is empty")
    return value


# Everything that Parley makes and everything with a name lives under this folder.
PARLEY_HOME = Path(str(env.str("PARLEY_HOME", default=str(BASE_DIR / "var")))).expanduser()

SQLITE_OPTIONS: Final[dict[str, Any]] = {
    "timeout": 20,
    # A transaction that will write takes the lock when it begins: none can deadlock half-way.
    "transaction_mode": "IMMEDIATE",
    # FULL: an acknowledged judgment is on the disk before the page says so.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
}


def database(url: str) -> dict[str, Any]:
    """Django's settings for a database URL: `sqlite:///path` or `postgres://...`; anything else is refused."""
    scheme = url.partition(":")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise ImproperlyConfigured(f"DATABASE_URL begins with {scheme!r}; expected sqlite:/// or postgres://")
    config: dict[str, Any] = dict(env.db_url_config(url))
    if scheme == "sqlite":
        config["ENGINE"] = "evaluation.operation.sqlite3"
        config["OPTIONS"] = dict(SQLITE_OPTIONS)
        # A thread keeps its connection: opening one cost as much as a judgment.
        config["CONN_MAX_AGE"] = 600
    else:
        # At most as many connections as a process has threads; one that the server has dropped is not handed out.
        most = number("DATABASE_POOL", default=8, least=1)
        # While the server is away a page says so after 3 seconds, and no waiting for it grows longer than 5: it is
        # asked anew as soon as somebody comes.
        config["OPTIONS"] = {"pool": {"min_size": 1, "max_size": most, "timeout": 3, "reconnect_timeout": 5}}
        config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"] = 0, True
        # What a judgment asks is planned once a connection, and only named from its third time on; not behind a pooler
        # that deals connections out by transaction and forbids it.
        config["OPTIONS"]["prepare_threshold"] = 2 if flag("DATABASE_PREPARED", default=True) else None
        # Apart from the address, so that it can come from a file, and needs no quoting.
        if password := secret("DATABASE_PASSWORD"):
            config["PASSWORD"] = password
    return config


DATABASES = {"default": database(str(env.str("DATABASE_URL", default=f"sqlite:///{PARLEY_HOME / 'parley.sqlite3'}")))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "evaluation",
    "training",
    "generation",
]

MIDDLEWARE = [
    "config.watching.Watched",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "evaluation.annotators.language.begins_in_english",
    "evaluation.operation.database_trouble.AnswersDatabaseTrouble",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "evaluation.operation.second_factor.asked_of_everybody",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# In which annotators can meet Parley; a study's `language` chooses. Researchers' pages are in English.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(str(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))).expanduser()

# Researchers sign in; annotators come by link and never see this.
AUTH_USER_MODEL = "evaluation.Researcher"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "evaluation.operation.accounts.ClosedSignUp"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Addresses are confirmed by whoever hands out the one-time link; no mail server is needed to begin.
ACCOUNT_EMAIL_VERIFICATION = "none"
# By account first: tries that it refuses use up nothing of the address, so that nobody's typos lock out a whole lab.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login_failed": "5/5m/key,40/5m/ip",
    "login": "60/m/ip",
    "reset_password": "5/5m/key,20/m/ip",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "evaluation.operation.second_factor.SealedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Parley"
# Whoever has an account was given it: nobody could have claimed another's address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Whether nobody gets in by a password alone.
REQUIRE_SECOND_FACTOR = flag("REQUIRE_SECOND_FACTOR", default=False)
# A sign-in lasts a week; setting a new password ends every other one at once.
SESSION_COOKIE_AGE = 7 * 24 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "studies"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
globals().update(EMAIL_CONFIG)

REST_FRAMEWORK = {
    # Every view says for itself who may ask, and of whom it takes what; one that forgot lets nobody in.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "evaluation.api.failing.refusal",
    # How many proxies' word on the address of a request is believed; `prod` says.
    "NUM_PROXIES": 0,
}
# How often one may ask: with a token, try tokens that are none, open links, claim pairs. Absent: without limit.
API_RATES = {
    "use": "1200/min",
    "failed-token": "30/min",
    # On the pages too, counted together: a link cannot be guessed, and this keeps it so. A class behind one address
    # that opens its links at once must fit in.
    "enter": str(env.str("ENTER_RATE", default="240/min")),
    # On the pages too, counted together. Empty: no limit, as a load test of annotators without eyes needs it.
    "claim": str(env.str("CLAIM_RATE", default="60/min")),
}
# Knox's own token table, which ours stands in for, is not made.
MIGRATION_MODULES = {"knox": None}
KNOX_TOKEN_MODEL = "evaluation.ApiToken"  # noqa: S105  # the model's name, not a secret
REST_KNOX = {"TOKEN_MODEL": KNOX_TOKEN_MODEL, "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "DESCRIPTION": (
        "Studies from creation to report, for scripts of their researchers (`Token`, with the scopes `read` and "
        "`write`), and the annotator's verbs for front ends of your own (`Annotator`). docs/api.md walks through both."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    # Studies have a state too, and links a kind.
    "ENUM_NAME_OVERRIDES": {
        "JobKindEnum": "evaluation.api.jobs.KINDS",
        "JobStateEnum": "evaluation.api.jobs.STATES",
        "StudyStateEnum": "evaluation.api.serializers.STATES",
    },
    "COMPONENT_SPLIT_REQUEST": True,
}

# Nothing inline, nothing from elsewhere: a model's output can never run in a browser.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}
CSRF_FAILURE_VIEW = "evaluation.views.failing.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# A study's form has a dozen fields for each question.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# LOG_LEVEL is that of Parley's own lines; of libraries only warnings are kept.
try:
    LOGGING = logs.told(str(env.str("LOG_LEVEL", default="WARNING")), as_json=False)
except ValueError as error:
    raise ImproperlyConfigured(f"LOG_LEVEL: {error}") from error

# Who may read `/metrics`: whoever sends this token, and comes from one of these addresses or networks. Neither: nobody.
METRICS_TOKEN = secret("METRICS_TOKEN")
METRICS_FROM = networks("METRICS_FROM")
# Whether studies are told apart there by their names, which may give their systems away.
METRICS_STUDY_NAMES = flag("METRICS_STUDY_NAMES", default=False)
# How many proxies stand in front; `prod` reads it.
TRUSTED_PROXIES = 0

# Background work: without a broker commands do it themselves, at once.
BROKER_URL = str(env.str("BROKER_URL", default=""))
BROKER_QUEUE = str(env.str("BROKER_QUEUE", default="parley"))
# How often workers look for what got lost, and after how long a silent one is taken for dead.
SWEEP_SECONDS = number("SWEEP_SECONDS", default=60, least=1)
JOB_SILENCE_SECONDS = number("JOB_SILENCE_SECONDS", default=60, least=1)
# A report on more judgments than this is made by a worker, not while a page waits.
LARGE_STUDY = number("LARGE_STUDY", default=20_000, least=1)
# The hosts that webhooks may go to; none: nowhere. Plain HTTP and private addresses only on a closed network.
WEBHOOK_HOSTS = words("WEBHOOK_HOSTS")
WEBHOOK_PRIVATE = flag("WEBHOOK_PRIVATE", default=False)
