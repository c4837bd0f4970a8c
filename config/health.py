"""For whoever watches over the processes: is this one alive, and can it serve."""

import secrets

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; what it needs is asked by `ready`."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 where the database answers, its migrations are applied and the cache keeps; else 503, and which does not."""
    database = _database()
    # Of a database that is away nothing more is asked: each question would wait for it as long again.
    migrations = _migrations() if database == "ok" else "unknown"
    found = {"database": database, "migrations": migrations, "cache": _cache()}
    good = all(each == "ok" for each in found.values())
    return JsonResponse({"ready": good, **found}, status=200 if good else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown"
    return f"{len(missing)} not applied" if missing else "ok"


def _cache() -> str:
    word = secrets.token_hex(4)
    try:
        cache.set("ready", word, 10)
        return "ok" if cache.get("ready") is not None else "does not keep"
    except Exception:  # noqa: BLE001  # each cache has errors of its own
        return "does not answer"
