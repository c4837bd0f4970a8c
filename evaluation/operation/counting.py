"""What happens, counted for Prometheus where it is asked for: in this process and, under gunicorn, over all of them.

The counters say how often, never who or what: their labels are routes, methods, classes of statuses. `config.metrics`
tells them, with what stands in the database.
"""

from functools import cache
from typing import Final

from django.conf import settings

# Seconds: a judgment takes a few hundredths, a report a few seconds.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
# Refusals that say something of load or of conflicts, by their status.
REFUSALS: Final = {403: "forbidden", 409: "conflict", 413: "too-large", 429: "too-often", 503: "unavailable"}


class Counters:
    """All counters of a process. `registry` holds them where this is the only process."""

    def __init__(self) -> None:
        # Imported where counting is asked for, and after gunicorn's configuration has said where files are kept.
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry: CollectorRegistry = CollectorRegistry()
        self.requests: Counter = Counter(
            "parley_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds: Histogram = Histogram(
            "parley_request_seconds", "How long answers took.", ("route",), buckets=BUCKETS, registry=self.registry
        )
        self.refusals: Counter = Counter(
            "parley_refusals", "Requests refused, by kind.", ("kind",), registry=self.registry
        )
        self.events: dict[str, Counter] = {
            "judgment": Counter(
                "parley_judgments_acknowledged", "Answers to a pair that were taken.", registry=self.registry
            ),
            "claim": Counter("parley_claims", "Pairs given to somebody.", registry=self.registry),
            "database error": Counter(
                "parley_database_errors", "Requests that the database did not serve.", registry=self.registry
            ),
        }
        # A label set is looked up once: that is most of what counting costs.
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        key = (route, method, status // 100)
        known = self._known.get(key)
        if known is None:
            known = self.requests.labels(route, method, f"{status // 100}xx"), self.seconds.labels(route)
            self._known[key] = known
        known[0].inc()
        known[1].observe(seconds)
        if kind := REFUSALS.get(status):
            self.refusals.labels(kind).inc()


@cache
def counters() -> Counters | None:
    """This process's counters; None where nobody asks for them."""
    return Counters() if settings.METRICS_TOKEN or settings.METRICS_FROM else None


def count(event: str) -> None:
    """Count a "judgment", a "claim" or a "database error"."""
    there = counters()
    if there is not None:
        there.events[event].inc()
