"""Making a study from its file and what its systems answered: new, kept as it is, or in place of an earlier draft."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction

from evaluation.gathering import Gathered, WrongFiles
from evaluation.models import AuditEntry, Membership, Researcher, Study
from evaluation.planning import plan_study
from evaluation.stats.seeds import system_of
from evaluation.study_file import StudyFile
from generation.corpus.manifest import digest_of


class NameTaken(ValueError):
    """Another study has this name, or this one was joined and can no longer be replaced."""


@dataclass(frozen=True)
class Created:
    """A study as it was made, or found as it had been made. `state` says which: "created", "kept" or "replaced"."""

    study: Study
    state: str
    contexts: dict[str, int]
    items: int
    slots: int
    automatic_ties: int
    # System -> contexts that it did not answer and another did.
    missing: dict[str, int]
    # Contexts of which no question about traits is asked.
    without_traits: int
    warnings: tuple[str, ...]
    # Pairs whose answer is known; both are made from contexts of their own.
    checks: int = 0
    practice: int = 0

    def as_json(self) -> dict[str, object]:
        """What was made, as `create_study --json` prints it."""
        rest = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("study", "state")}
        return {"study": self.study.name, "state": self.study.state, "done": self.state, **rest}

    def lines(self) -> Iterator[str]:
        """What was made, for people, and what to do next."""
        study, systems = self.study, [each.name for each in self.study.systems.order_by("position")]
        said = {
            "created": f"{study.name} was created",
            "kept": f"{study.name} was there already, made from the same file and responses; nothing was changed",
            "replaced": f"{study.name} was made anew from a changed file or responses, since nobody had joined it",
        }
        yield f"{said[self.state]}: {' against '.join(systems)}, {study.state}."
        contexts = ", ".join(f"{count:,} of {domain}" for domain, count in self.contexts.items())
        total = sum(self.contexts.values())
        yield f"  {total:,} contexts ({contexts}); {self.items:,} pairs to judge; {self.slots:,} slots"
        if self.automatic_ties:
            yield f"  {self.automatic_ties:,} pairs have equal replies: ties that nobody is asked about"
        if self.checks:
            share = (study.design.get("checks") or {}).get("share")
            yield f"  {self.checks:,} check pairs, mixed in at {share:.0%} of what each annotator sees"
        if self.practice:
            yield f"  {self.practice:,} practice pairs, with feedback, before the first real one"
        for system, count in self.missing.items():
            if count:
                yield f"  {system} did not answer {count:,} contexts that another did; they are left out"
        if self.without_traits:
            yield f"  {self.without_traits:,} contexts have no stated trait: no question about traits is asked there"
        for caveat in study.caveats:
            yield f"  Beware: {caveat}"
        for warning in self.warnings:
            yield f"  Warning: {warning}"
        if not study.memberships.exists():
            yield f"  On the site nobody sees it yet: manage.py create_researcher EMAIL --study {study.name}"
        if study.is_open():
            yield f"Next: manage.py invite {study.name}"
        elif study.is_closed():
            yield f"Next: manage.py report {study.name} --to reports/{study.name}"
        else:
            yield f"Next: manage.py simulate_annotators {study.name}, then manage.py open_study {study.name}"


def create_study(
    *,
    name: str,
    file: StudyFile,
    gathered: Gathered,
    now: datetime,
    by: Researcher | None = None,
    owner: Researcher | None = None,
) -> Created:
    """A draft called `name` as `file` describes it, of what its systems answered.

    Made before from the same file and responses, it is kept as it is. From a changed file or responses it is replaced
    while nobody has joined it, and its links lead to the new one; afterwards, or under another title, `NameTaken` is
    raised.
    """
    _check_plan(file, gathered)
    design = {**file.as_json(), "name": name, "digests": {each.system: each.digest for each in gathered.systems}}
    with transaction.atomic():
        before = Study.objects.select_for_update().filter(name=name).first()
        if before is not None and digest_of(before.design) == digest_of(design):
            _own(before, owner)
            return _summary(before, "kept", gathered)
        if before is not None and before.title != file.title:
            raise NameTaken(
                f"another study is called {name!r} already: {before.title!r}; give {file.title!r} another name"
            )
        if before is not None and before.annotators.exists():
            raise NameTaken(
                f"the study {name!r} is there already, made from another file or other responses, and "
                f"{before.annotators.count()} annotators have joined it; give the new one another name"
            )
        if before is not None:
            Study.objects.filter(pk=before.pk).update(name=f"{name}~replaced")
        study = plan_study(name=name, file=file, gathered=gathered, design=design, now=now)
        AuditEntry.objects.create(study=study, action="created", made_by=by, made_at=now)
        if before is not None:
            _take_over(before, study, by, now)
        _own(study, owner)
        return _summary(study, "replaced" if before is not None else "created", gathered)


def _check_plan(file: StudyFile, gathered: Gathered) -> None:
    systems = list(dict.fromkeys(system_of(each.system) for each in gathered.systems))
    domains = ["all", *sorted({each.domain for each in gathered.contexts.values()})]
    for number, each in enumerate(file.plan.hypotheses, start=1):
        place = f"plan.hypotheses[{number}]"
        _check_side(place, systems, domains, better=each.better, than=each.than or each.better, domain=each.domain)
        if each.than == each.better or (not each.than and len(systems) > 2):
            raise WrongFiles(f"{place}.than: expected which other system {each.better!r} is compared with")
    for number, contrast in enumerate(file.plan.contrasts, start=1):
        for key, side in (("", contrast.side), (".minus", contrast.minus)):
            place = f"plan.contrasts[{number}]{key}"
            _check_side(place, systems, domains, better=side.better, than=side.than, domain=side.domain)


def _check_side(place: str, systems: list[str], domains: list[str], *, better: str, than: str, domain: str) -> None:
    for key, value, known in (("better", better, systems), ("than", than, systems), ("domain", domain, domains)):
        if value not in known:
            raise WrongFiles(f"{place}.{key}: expected one of {', '.join(known)}, got {value!r}")


def _take_over(before: Study, study: Study, by: Researcher | None, now: datetime) -> None:
    """Links into the study that is replaced, and those who may see it, go on to the new one."""
    before.invites.update(study=study)
    before.memberships.update(study=study)
    AuditEntry.objects.create(
        study=study,
        action="replaced",
        detail={"created_at": before.created_at.isoformat(), "design": digest_of(before.design)},
        made_by=by,
        made_at=now,
    )
    before.delete()


def _own(study: Study, owner: Researcher | None) -> None:
    if owner is not None:
        Membership.objects.get_or_create(study=study, researcher=owner, defaults={"role": Membership.Role.OWNER})


def _summary(study: Study, state: str, gathered: Gathered) -> Created:
    domains: dict[str, int] = {}
    judged = study.contexts.filter(items__is_check=False, items__is_practice=False).distinct()
    for domain in judged.order_by("domain", "pk").values_list("domain", flat=True):
        domains[domain] = domains.get(domain, 0) + 1
    return Created(
        study=study,
        state=state,
        contexts=domains,
        items=study.items.filter(automatic_tie=False, is_check=False, is_practice=False).count(),
        checks=study.items.filter(is_check=True).count(),
        practice=study.items.filter(is_practice=True).count(),
        slots=study.slots.count(),
        automatic_ties=study.items.filter(automatic_tie=True).count(),
        missing=dict(gathered.missing),
        without_traits=judged.filter(items__trait="").distinct().count()
        if study.criteria.filter(needs="traits").exists()
        else 0,
        warnings=gathered.warnings,
    )
