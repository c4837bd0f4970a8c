"""Every address of Parley, and who may do what there. `test_no_id_can_be_guessed` fails for one that is not here.

A new address gets a line: its name, and for each method the least that somebody must be.
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

# Who asks.
NOBODY, ANOTHER_ANNOTATOR, ANNOTATOR, FELLOW = "nobody", "annotator of another study", "annotator", "fellow annotator"
OUTSIDER, READER, COLLABORATOR, OWNER = "collaborator of another study", "reader", "collaborator", "owner"
WHO: Final = (NOBODY, ANOTHER_ANNOTATOR, ANNOTATOR, FELLOW, OUTSIDER, READER, COLLABORATOR, OWNER)

# Whom an address lets in.
ANYBODY: Final = frozenset(WHO)
# Researchers, each to what is their own or everybody's.
SIGNED_IN: Final = frozenset({OUTSIDER, READER, COLLABORATOR, OWNER})
READS: Final = frozenset({READER, COLLABORATOR, OWNER})
CHANGES: Final = frozenset({COLLABORATOR, OWNER})
OWNS: Final = frozenset({OWNER})
# Annotators of the study, each to what is their own.
JUDGES: Final = frozenset({ANNOTATOR, FELLOW})
# Annotators of any study: the token says of which, and no id does.
AN_ANNOTATOR: Final = frozenset({ANOTHER_ANNOTATOR, ANNOTATOR, FELLOW})
# The one annotator whose pair it is.
HOLDS: Final = frozenset({ANNOTATOR})
STAFF: Final[frozenset[str]] = frozenset()

Rights = dict[str, frozenset[str]]


def _rights(get: frozenset[str] | None = None, post: frozenset[str] | None = None, **more: frozenset[str]) -> Rights:
    told = {"get": get, "post": post, **more}
    return {method: who for method, who in told.items() if who is not None}


PAGES: Final[dict[str, Rights]] = {
    "home": _rights(get=ANYBODY),
    # For whoever watches the server; they say nothing of what is in it.
    "healthz": _rights(get=ANYBODY),
    "readyz": _rights(get=ANYBODY),
    # Off unless configured; whom it lets in is in `tests/config/test_metrics.py`.
    "metrics": _rights(get=STAFF),
    "studies": _rights(get=SIGNED_IN),
    "study-new": _rights(get=SIGNED_IN, post=SIGNED_IN),
    "study": _rights(get=READS),
    "study-files": _rights(get=READS),
    "study-edit": _rights(post=CHANGES),
    "study-delete": _rights(get=OWNS, post=OWNS),
    "study-size": _rights(get=READS),
    "study-preview": _rights(get=CHANGES, post=CHANGES),
    "draft": _rights(get=OWNS, post=OWNS),
    "draft-files": _rights(get=OWNS, post=OWNS),
    "draft-text": _rights(get=OWNS, post=OWNS),
    "draft-size": _rights(get=OWNS),
    "draft-make": _rights(post=OWNS),
    "draft-delete": _rights(get=OWNS, post=OWNS),
    "draft-download": _rights(get=OWNS),
    "draft-preview": _rights(get=OWNS, post=OWNS),
    "study-invite": _rights(get=CHANGES, post=CHANGES),
    "report": _rights(get=READS),
    "report-table": _rights(get=READS),
    "study-people": _rights(get=READS, post=CHANGES),
    "study-pay": _rights(get=CHANGES),
    "study-revoke": _rights(post=CHANGES),
    "study-forget": _rights(get=CHANGES, post=CHANGES),
    "study-jobs": _rights(get=READS, post=READS),
    "study-job": _rights(get=READS),
    "study-job-file": _rights(get=READS),
    "study-webhooks": _rights(get=CHANGES, post=CHANGES),
    "study-webhook-try": _rights(post=CHANGES),
    "study-webhook-remove": _rights(post=CHANGES),
    "study-live": _rights(get=READS),
    "study-reports": _rights(get=READS, post=CHANGES),
    "study-trail": _rights(get=READS),
    "study-trail-csv": _rights(get=READS),
    "study-members": _rights(get=READS, post=OWNS),
    "study-member": _rights(post=OWNS),
    "study-amend": _rights(get=CHANGES, post=CHANGES),
    "study-extend": _rights(get=CHANGES, post=CHANGES),
    "study-deposit": _rights(post=CHANGES),
    "study-act": _rights(get=CHANGES, post=CHANGES),
    "corpora": _rights(get=SIGNED_IN),
    "corpus": _rights(get=SIGNED_IN),
    "corpus-flag": _rights(post=SIGNED_IN),
    "talks": _rights(get=SIGNED_IN, post=SIGNED_IN),
    "talk": _rights(get=OWNS),
    "talk-say": _rights(post=OWNS),
    "talk-ask-again": _rights(post=OWNS),
    "account": _rights(get=SIGNED_IN),
    "tokens": _rights(get=SIGNED_IN, post=SIGNED_IN),
    "token-revoke": _rights(post=OWNS),
    "annotate-arrive": _rights(get=ANYBODY),
    "annotate-start": _rights(get=JUDGES),
    "annotate-consent": _rights(get=JUDGES, post=JUDGES),
    "annotate-background": _rights(get=JUDGES, post=JUDGES),
    "annotate-instructions": _rights(get=JUDGES, post=JUDGES),
    "annotate-practice": _rights(get=JUDGES, post=JUDGES),
    "annotate-feedback": _rights(get=JUDGES),
    "annotate-judge": _rights(get=JUDGES, post=JUDGES),
    "annotate-draft": _rights(post=JUDGES),
    "annotate-back": _rights(get=JUDGES),
    "annotate-pause": _rights(get=JUDGES),
    "annotate-end": _rights(get=JUDGES),
    "annotate-withdraw": _rights(get=JUDGES, post=JUDGES),
    "annotate-leave": _rights(get=JUDGES),
    # By the ids that a platform sends; this study has none, so these are not there for anybody.
    "annotate-prolific": _rights(get=STAFF, post=STAFF),
    "annotate-mturk": _rights(get=STAFF),
    "annotate-mturk-open": _rights(get=STAFF, post=STAFF),
}
API: Final[dict[str, Rights]] = {
    "api-studies": _rights(get=SIGNED_IN, post=SIGNED_IN),
    "api-check-files": _rights(post=SIGNED_IN),
    "api-study": _rights(get=READS),
    "api-open": _rights(post=CHANGES),
    "api-pause": _rights(post=CHANGES),
    "api-close": _rights(post=CHANGES),
    "api-unblind": _rights(post=CHANGES),
    "api-amendments": _rights(get=READS, post=CHANGES),
    "api-extend": _rights(post=CHANGES),
    "api-progress": _rights(get=READS),
    "api-audit": _rights(get=READS),
    "api-invites": _rights(get=CHANGES, post=CHANGES),
    "api-revoke": _rights(post=CHANGES),
    "api-annotators": _rights(get=READS),
    "api-exclude": _rights(post=CHANGES),
    "api-include": _rights(post=CHANGES),
    "api-forget": _rights(post=CHANGES),
    "api-reported": _rights(get=READS),
    "api-answer-report": _rights(post=CHANGES),
    "api-members": _rights(get=READS, post=OWNS),
    "api-member": _rights(post=OWNS),
    # Whoever is meant may go themselves: here the reader.
    "api-remove-member": _rights(post=OWNS | {READER}),
    "api-jobs": _rights(get=READS, post=READS),
    "api-job": _rights(get=READS),
    "api-job-file": _rights(get=READS),
    "api-webhooks": _rights(get=CHANGES, post=CHANGES),
    "api-remove-webhook": _rights(post=CHANGES),
    "api-try-webhook": _rights(post=CHANGES),
    "api-pay": _rights(get=CHANGES),
    "api-judgments": _rights(get=READS),
    "api-report": _rights(get=READS),
    "api-enter": _rights(post=ANYBODY),
    "api-join": _rights(post=ANYBODY),
    "api-standing": _rights(get=AN_ANNOTATOR),
    "api-agree": _rights(post=AN_ANNOTATOR),
    "api-instructed": _rights(post=AN_ANNOTATOR),
    "api-background": _rights(get=AN_ANNOTATOR, post=AN_ANNOTATOR),
    "api-practice": _rights(get=AN_ANNOTATOR, post=AN_ANNOTATOR),
    "api-claim": _rights(post=AN_ANNOTATOR),
    "api-last": _rights(get=AN_ANNOTATOR),
    "api-annotator-progress": _rights(get=AN_ANNOTATOR),
    "api-withdraw": _rights(post=AN_ANNOTATOR),
    "api-draft": _rights(put=HOLDS),
    "api-lock": _rights(post=HOLDS),
    "api-submit": _rights(post=HOLDS),
    "api-skip": _rights(post=HOLDS),
    "api-schema": _rights(get=ANYBODY),
    "api-docs": _rights(get=ANYBODY),
    "api-nowhere": _rights(get=STAFF, post=STAFF),
}
TABLE: Final = PAGES | API
# Whole packages of others, which take their own care: signing in (`test_sign_in`), and the admin, for staff alone.
OTHERS: Final = ("account_", "mfa_", "admin:")


def addresses(resolver: URLResolver | None = None, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every address in the URL conf."""
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each, route, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name or ''}", route


def own_addresses() -> dict[str, str]:
    """Those that are Parley's own, by name."""
    return {name: route for name, route in addresses() if not name.startswith(OTHERS)}


def filled(route: str, values: dict[str, Any]) -> str:
    """The address of a route, its parameters filled in."""
    for key, value in values.items():
        for kind in ("str", "int", "slug"):
            route = route.replace(f"<{kind}:{key}>", quote(str(value), safe=""))
    assert "<" not in route, f"{route}: say in `values` what stands there"
    return f"/{route}"
