"""Where an annotator stands on the way through a study: the one order of the steps, for pages and the API."""

from typing import Final, Literal

from evaluation.annotators.joining import consent_version, must_agree_again
from evaluation.judging.practising import must_practise
from evaluation.models import Annotator, Study

Stage = Literal["consent", "instructions", "practice", "judge", "end"]
STAGES: Final[tuple[Stage, ...]] = ("consent", "instructions", "practice", "judge", "end")
OVER: Final = (Annotator.State.ENDED, Annotator.State.WITHDRAWN)


def stage_of(annotator: Annotator) -> Stage:
    """What comes next for `annotator`; "judge" also where the study takes a break or is closed."""
    # A platform's participant gets their code also where the study was closed under them.
    cut_short = annotator.participant and annotator.consented_at and annotator.study.is_closed()
    if annotator.state == Annotator.State.WITHDRAWN or cut_short:
        return "end"
    if annotator.consented_at is None:
        return "consent"
    if annotator.state != Annotator.State.ENDED and annotator.study.is_open() and must_agree_again(annotator):
        return "consent"
    if annotator.instructed_at is None:
        return "instructions"
    if must_practise(annotator):
        return "practice"
    return "end" if annotator.state in OVER else "judge"


class WrongStage(ValueError):
    """Something was asked for that does not come next for this annotator."""


def require_stage(annotator: Annotator, stage: Stage) -> None:
    """Raise `WrongStage` unless `stage` is what comes next for `annotator`."""
    stands = stage_of(annotator)
    if stands != stage:
        raise WrongStage(f"expected somebody who is at {stage!r}; what comes next here is {stands!r}")


def require_judging(annotator: Annotator) -> None:
    """Raise `WrongStage` unless `annotator` may answer pairs; one begun under an earlier consent is still taken."""
    begun = annotator.instructed_at is not None and annotator.state not in OVER and must_agree_again(annotator)
    if not begun:
        require_stage(annotator, "judge")


class WrongConsent(ValueError):
    """Agreement to another text than the study's, or an answer to a text that is not asked about."""


def check_consent(study: Study, version: str) -> None:
    """Raise `WrongConsent` unless `version` is that of the text as it stands."""
    if version != consent_version(study):
        raise WrongConsent("consent_version: expected that of the study's text as it is now; read it anew")
