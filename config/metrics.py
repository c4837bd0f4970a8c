"""`/metrics` for Prometheus: what every process counted, and what the database says is free, waiting or failed.

Not there unless `METRICS_TOKEN` or `METRICS_FROM` is set; where both are, both must fit. It tells no system, no result,
nobody's code, and a study's name only where `METRICS_STUDY_NAMES` says so: a name may give the systems away.
"""

import ipaddress
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evaluation.models import Delivery, Job, Slot, Study
from evaluation.operation.counting import counters
from generation.corpus.manifest import parley_version

# Counting slots takes the longer the more there are: however often somebody asks, it is done this often, in seconds.
COUNTED_AGAIN: Final = 15
# So that labels stay few, whatever is open.
MOST_STUDIES: Final = 100
_KEY: Final = "metrics-of-the-database"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics in Prometheus' text format; 404 where they are off, 403 for whoever may not read them."""
    counted = counters()
    if counted is None:
        raise Http404
    if not _may_read(request):
        return HttpResponse("not for you\n", status=403, content_type="text/plain")
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
    from prometheus_client.multiprocess import MultiProcessCollector

    told = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(told)  # type: ignore[no-untyped-call]
        text = generate_latest(told)
    else:
        text = generate_latest(counted.registry)
    standing = CollectorRegistry()
    standing.register(_Standing())
    return HttpResponse(text + generate_latest(standing), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    if token and not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return False
    allowed: list[str] = settings.METRICS_FROM
    return not allowed or _comes_from(_address(request), allowed)


def _address(request: HttpRequest) -> str:
    """Where the request came from: as the outermost trusted proxy saw it, where there is one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.TRUSTED_PROXIES and forwarded:
        seen = [each.strip() for each in forwarded.split(",")]
        return seen[-settings.TRUSTED_PROXIES] if len(seen) >= settings.TRUSTED_PROXIES else ""
    return str(request.META.get("REMOTE_ADDR", ""))


def _comes_from(address: str, allowed: list[str]) -> bool:
    try:
        there = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(there in ipaddress.ip_network(each, strict=False) for each in allowed)


class _Standing:
    """What stands now: of the database, counted at most every `COUNTED_AGAIN` seconds, and of the processes."""

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        info = GaugeMetricFamily("parley_info", "Which Parley this is.", labels=["version", "python"])
        info.add_metric([parley_version(), platform.python_version()], 1)
        yield info
        number, size = _processes()
        yield GaugeMetricFamily("parley_processes", "Processes that count here.", value=number)
        yield GaugeMetricFamily("parley_resident_memory_bytes", "Their memory together.", value=size)
        try:
            found = cache.get(_KEY)
            if found is None:
                found = _of_the_database()
                cache.set(_KEY, found, COUNTED_AGAIN)
        except DatabaseError:
            yield GaugeMetricFamily("parley_database_up", "Whether the database answered.", value=0)
            return
        yield GaugeMetricFamily("parley_database_up", "Whether the database answered.", value=1)
        for name, (help_text, labels) in _GAUGES.items():
            family = GaugeMetricFamily(name, help_text, labels=labels)
            for values, value in found[name]:
                family.add_metric(list(values), value)
            yield family


_GAUGES: Final = {
    "parley_slots": ("Slots of open and paused studies.", ["study", "state"]),
    "parley_jobs": ("Background work.", ["kind", "state"]),
    "parley_webhook_deliveries": ("Deliveries that wait or were given up.", ["state"]),
}
Counted = dict[str, list[tuple[tuple[str, ...], int]]]


def _of_the_database() -> Counted:
    now = timezone.now()
    slots: list[tuple[tuple[str, ...], int]] = []
    running = Study.objects.filter(state__in=(Study.State.OPEN, Study.State.PAUSED)).order_by("pk")[:MOST_STUDIES]
    for study in running:
        label = study.name if settings.METRICS_STUDY_NAMES else study.public_id
        of_study = Slot.objects.filter(study=study)
        unanswered = of_study.filter(answered_at=None).count()
        held = of_study.held(now).count()
        slots += [
            ((label, "free"), unanswered - held),
            ((label, "held"), held),
            ((label, "done"), of_study.count() - unanswered),
        ]
    jobs = {(kind, state): 0 for kind in Job.Kind.values for state in Job.State.values}
    for kind, state, count in Job.objects.order_by().values_list("kind", "state").annotate(Count("pk")):
        jobs[kind, state] = count
    due = Delivery.objects.filter(delivered_at=None).aggregate(
        due=Count("pk", filter=Q(given_up_at=None)), failed=Count("pk", filter=Q(given_up_at__isnull=False))
    )
    return {
        "parley_slots": slots,
        "parley_jobs": list(jobs.items()),
        "parley_webhook_deliveries": [((state,), due[state]) for state in ("due", "failed")],
    }


def _processes() -> tuple[int, int]:
    """How many processes count into the same folder and live, and their resident memory in bytes (Linux; else 0)."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    numbers = {os.getpid()}
    if folder:
        numbers |= {int(each.stem.rpartition("_")[2]) for each in Path(folder).glob("*_[0-9]*.db")}
    pages = [pages for number in numbers if (pages := _resident_pages(number)) is not None]
    return len(pages), sum(pages) * os.sysconf("SC_PAGE_SIZE")


def _resident_pages(process: int) -> int | None:
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
