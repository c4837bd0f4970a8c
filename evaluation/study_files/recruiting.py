"""Platforms that send annotators: what a study says of its platform, who arrives, and how they get back.

Prolific (prolific.com) opens the study's address with three ids, and wants people back with a code. Mechanical Turk
(mturk.com) shows an address in a frame (an ExternalQuestion) and wants a form back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from django.urls import reverse

from evaluation.models import Annotator, Study
from evaluation.study_files.toml_table import TomlTable

Platform = Literal["prolific", "mturk"]
PLATFORMS: Final = ("prolific", "mturk")
NAMES: Final = {"prolific": "Prolific", "mturk": "Mechanical Turk"}
PROLIFIC_RETURN: Final = "https://app.prolific.com/submissions/complete"
PROLIFIC_KEYS: Final = ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID")
CODE: Final = re.compile(r"[A-Za-z0-9]{4,40}")
# Prolific's ids are 24 letters and digits today, and Amazon's 13 to 30; room is left, none for anything but an id.
IDENT: Final = re.compile(r"[A-Za-z0-9]{6,64}")
PREVIEW: Final = "ASSIGNMENT_ID_NOT_AVAILABLE"
# Where a finished assignment may be sent: the market and its sandbox, and nowhere else.
MTURK_SUBMIT: Final = ("https://www.mturk.com", "https://workersandbox.mturk.com")
# Who may show the assignment in a frame: workers' pages of the same two.
MTURK_FRAMES: Final = ("https://worker.mturk.com", "https://workersandbox.mturk.com")
EXTERNAL_QUESTION: Final = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"
)


class BadArrival(ValueError):
    """Somebody whom a platform did not send in the way that it does: ids are missing, or are none."""


@dataclass(frozen=True)
class Recruiting:
    """Who recruits, and the codes by which Prolific knows how somebody left. On Mechanical Turk there are none."""

    platform: Platform
    completion: str = ""
    screen_out: str = ""
    no_consent: str = ""


@dataclass(frozen=True)
class Assignment:
    """What Mechanical Turk says of the worker in its frame. In a preview there is neither worker nor assignment."""

    worker: str
    assignment: str
    submit_to: str

    def is_preview(self) -> bool:
        """Whether somebody only looks, and has accepted nothing."""
        return not self.worker


def recruiting_in(table: TomlTable) -> Recruiting | None:
    """The `[recruiting]` of a study file; None where it has none."""
    if not table.has("recruiting"):
        table.table("recruiting")
        return None
    said = table.table("recruiting")
    platform = cast(Platform, said.string("platform", among=PLATFORMS))
    if platform == "prolific":
        found = Recruiting(platform, _code(said, "completion"), _code(said, "screen_out"), _code(said, "no_consent"))
        codes = (found.completion, found.screen_out, found.no_consent)
        if len(set(codes)) < len(codes):
            raise said.bad("completion", "expected three codes that differ: they say how somebody left")
    else:
        found = Recruiting(platform)
    said.finish()
    return found


def _code(table: TomlTable, key: str) -> str:
    code = table.string(key)
    if not CODE.fullmatch(code):
        raise table.bad(key, f"expected a code of 4 to 40 letters and digits, as Prolific shows it, got {code!r}")
    return code


def recruiting_of(study: Study) -> Recruiting | None:
    """What `study` says of its platform; None where its annotators come by links of its own."""
    said = study.design.get("recruiting")
    return Recruiting(**said) if said else None


def prolific_participant(query: Mapping[str, str]) -> str:
    """The participant whom Prolific sends with `query`; `BadArrival` names what is missing or no id."""
    for key in PROLIFIC_KEYS:
        _ident(query, key)
    return query["PROLIFIC_PID"]


def mturk_assignment(query: Mapping[str, str]) -> Assignment:
    """What the frame of Mechanical Turk says in `query`; `BadArrival` names what is missing or is not Amazon's."""
    assignment = query.get("assignmentId", "")
    if assignment in ("", PREVIEW):
        return Assignment("", "", "")
    for key in ("assignmentId", "hitId", "workerId"):
        _ident(query, key)
    submit_to = query.get("turkSubmitTo", "").rstrip("/")
    if submit_to not in MTURK_SUBMIT:
        raise BadArrival(f"turkSubmitTo: expected {' or '.join(MTURK_SUBMIT)}")
    return Assignment(query["workerId"], assignment, submit_to)


def _ident(query: Mapping[str, str], key: str) -> None:
    if not IDENT.fullmatch(query.get(key, "")):
        raise BadArrival(f"{key}: expected an id of letters and digits")


def exit_code(annotator: Annotator) -> str:
    """Prolific's code for how `annotator` left; empty while they can go on, or where no platform sent them.

    Whoever was ended by a rule, or found nothing left to judge, is screened out; who withdrew has no longer agreed.
    Whoever a study's closing cut short has completed what there was.
    """
    recruiting = recruiting_of(annotator.study)
    if recruiting is None or not annotator.participant:
        return ""
    if annotator.state == Annotator.State.WITHDRAWN:
        return recruiting.no_consent
    if annotator.state == Annotator.State.ENDED:
        return recruiting.screen_out
    if annotator.state != Annotator.State.FINISHED and not annotator.study.is_closed():
        return ""
    judged = annotator.slots.filter(answered_at__isnull=False).exists()
    return recruiting.completion if judged else recruiting.screen_out


def may_leave(annotator: Annotator) -> bool:
    """Whether a platform's participant has come to an end, whichever it is."""
    over = (Annotator.State.FINISHED, Annotator.State.ENDED, Annotator.State.WITHDRAWN)
    return annotator.state in over or annotator.study.is_closed()


def return_address(code: str) -> str:
    """Where Prolific takes a participant back who leaves with `code`."""
    return f"{PROLIFIC_RETURN}?{urlencode({'cc': code})}"


@dataclass(frozen=True)
class Entry:
    """What is given to a study's platform so that it sends people: an address, or the XML of a HIT."""

    platform: Platform
    name: str
    text: str


def platform_entry(study: Study, site: str) -> Entry | None:
    """What `study`'s platform is given, where Parley is served at `site`; None for a study without a platform."""
    recruiting = recruiting_of(study)
    if recruiting is None:
        return None
    address = site.rstrip("/") + reverse(f"annotate-{recruiting.platform}", args=[study.public_id])
    text = prolific_address(address) if recruiting.platform == "prolific" else external_question(address)
    return Entry(recruiting.platform, NAMES[recruiting.platform], text)


def prolific_address(address: str) -> str:
    """The study's address as Prolific wants it, with its own names for the ids."""
    return f"{address}?" + "&".join(f"{key}={{{{%{key}%}}}}" for key in PROLIFIC_KEYS)


def external_question(address: str, *, height: int = 700) -> str:
    """The ExternalQuestion that shows `address` in a frame so many pixels high."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ExternalQuestion xmlns="{EXTERNAL_QUESTION}">\n'
        f"  <ExternalURL>{escape(address)}</ExternalURL>\n"
        f"  <FrameHeight>{height}</FrameHeight>\n"
        "</ExternalQuestion>"
    )
