"""On the internet: nothing has a default that would be unsafe there."""

from django.core.exceptions import ImproperlyConfigured

from config import logs
from config.settings.base import *  # noqa: F403
from config.settings.base import METRICS_TOKEN, REST_FRAMEWORK, env, flag, number, secret, words

DEBUG = False
SECRET_KEY = secret("SECRET_KEY")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured(
        "SECRET_KEY: expected at least 50 random characters; make some with "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
# Former keys, while what was signed or sealed under them is still about.
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = words("ALLOWED_HOSTS")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS: expected the names under which Parley is reached, with commas between")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", default=True)
# Who watches over the processes asks them from beside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = number("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
# How many proxies stand in front: their X-Forwarded-* headers are believed only then.
TRUSTED_PROXIES = number("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
REST_FRAMEWORK = {**REST_FRAMEWORK, "NUM_PROXIES": TRUSTED_PROXIES}

# Sign-in limits must count over all processes and hosts.
_redis = str(env.str("REDIS_URL", default=""))
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _redis}
    if _redis
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}
# Where no mail is set up none is written anywhere: a link to set a password has no place in a log.
if not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
else:
    # Whoever's password or second factor is changed hears of it.
    ACCOUNT_EMAIL_NOTIFICATIONS = True
    # Of a name that is ours: mail from localhost is taken by nobody.
    DEFAULT_FROM_EMAIL = str(env.str("DEFAULT_FROM_EMAIL", default="")) or f"parley@{ALLOWED_HOSTS[0].lstrip('.')}"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Servers and workers say LOG_TO=stdout for themselves (config/gunicorn.py, config/celery.py); a command's stdout is its
# result's.
try:
    LOGGING = logs.told(
        str(env.str("LOG_LEVEL", default="INFO")), as_json=True, to=str(env.str("LOG_TO", default="stderr"))
    )
except ValueError as error:
    raise ImproperlyConfigured(f"LOG_LEVEL, LOG_TO: {error}") from error
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN: expected at least 20 characters")
