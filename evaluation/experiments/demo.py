"""The demo: the bundled experiment, a researcher to sign in as, and a link for annotators, made once."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evaluation.annotators.joining import create_invite
from evaluation.models import Invite, Membership, Study
from evaluation.operation.accounts import create_with_password_file
from generation.corpus.manifest import new_file
from generation.home import home

EXPERIMENT: Final = Path(__file__).resolve().parent.parent.parent / "examples" / "demo" / "experiment.toml"
RESEARCHER: Final = "researcher@example.org"
PASSWORD_FILE: Final = "demo-password"  # noqa: S105  # the file's name
LINK_FILE: Final = "demo-link.json"


@dataclass(frozen=True)
class Demo:
    """What the demo has to show, as paths below the server's address."""

    researcher: str
    password_file: Path
    annotator_path: str
    study_path: str
    dry_run_report_path: str


def set_up_people(*, study: Study, dry_run: Study, now: datetime) -> Demo:
    """A researcher who owns both studies and an open link into the first; what is there already is kept."""
    researcher = create_with_password_file(
        email=RESEARCHER, name="Demo researcher", password_file=home() / PASSWORD_FILE
    )
    for each in (study, dry_run):
        Membership.objects.get_or_create(study=each, researcher=researcher, defaults={"role": Membership.Role.OWNER})
    return Demo(
        researcher=researcher.email,
        password_file=home() / PASSWORD_FILE,
        annotator_path=f"/j/{_open_link(study, now=now)}/",
        study_path=f"/studies/{study.name}/",
        dry_run_report_path=f"/studies/{dry_run.name}/report/",
    )


def _open_link(study: Study, *, now: datetime) -> str:
    """The token of the demo's open link. Only a demo keeps it: a study's tokens are shown once and stored nowhere."""
    path = home() / LINK_FILE
    if path.is_file():
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if Invite.objects.filter(pk=int(kept["invite"]), study=study, revoked_at=None).exists():
            return str(kept["token"])
    made = create_invite(study=study, personal=False, label="demo", now=now)
    with new_file(path) as out:
        json.dump({"invite": made.invite.pk, "token": made.token}, out)
    path.chmod(0o600)
    return made.token
