"""Making a study from its file and what its systems answered: new, kept as it is, or in place of an earlier draft."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from django.db import transaction

from evaluation.items.form_check import form_of, form_warnings
from evaluation.material.control_pairs import digests_of_samples
from evaluation.material.file_check import FileSeen, file_seen
from evaluation.material.gathering import NO_DOMAIN, Gathered, WrongFiles
from evaluation.models import AuditEntry, Membership, Researcher, Study
from evaluation.opening.planning import plan_study
from evaluation.stats.data.conduct import FormFound
from evaluation.stats.preferences.seeds import system_of
from evaluation.study_files.study_file import StudyFile
from evaluation.study_files.telling_table import NO_ETHICS
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
    # Pairs that test the instrument, likewise.
    controls: int = 0
    kind: str = "pair"
    # Each system's answers as they came, and how far form alone tells the systems apart.
    files: tuple[FileSeen, ...] = ()
    form: tuple[FormFound, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What was made, as `create_study --json` prints it."""
        rest = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("study", "state")}
        rest |= {"files": [asdict(each) for each in self.files], "form": [asdict(each) for each in self.form]}
        return {"study": self.study.name, "state": self.study.state, "done": self.state, **rest}

    def lines(self) -> Iterator[str]:
        """What was made, for people, and what to do next."""
        study, systems = self.study, [each.name for each in self.study.systems.order_by("position")]
        said = {
            "created": f"{study.name} was created",
            "kept": f"{study.name} was there already, made from the same file and responses; nothing was changed",
            "replaced": f"{study.name} was made anew from a changed file or responses, since nobody had joined it",
        }
        compared = " against ".join(systems) or f"people label personas of {' and '.join(self.contexts)}"
        yield f"{said[self.state]}: {compared}, {study.state}."
        parts = ", ".join(f"{count:,} of {domain}" for domain, count in self.contexts.items())
        # Of files that name no domain there is nothing to tell apart.
        contexts = f" ({parts})" if self.contexts.keys() != {NO_DOMAIN} else ""
        total = sum(self.contexts.values())
        if self.kind == "persona":
            traits = study.criteria.count()
            yield f"  {total:,} personas{contexts}, {traits:,} questions about each; {self.slots:,} slots"
        else:
            yield f"  {total:,} contexts{contexts}; {self.items:,} pairs to judge; {self.slots:,} slots"
        if self.automatic_ties:
            what = "dialogues" if self.kind == "dialogues" else "replies"
            yield f"  {self.automatic_ties:,} pairs have equal {what}: ties that nobody is asked about"
        if self.checks:
            share = (study.design.get("checks") or {}).get("share")
            yield f"  {self.checks:,} check pairs, mixed in at {share:.0%} of what each annotator sees"
        if self.practice:
            yield f"  {self.practice:,} practice pairs, with feedback, before the first real one"
        if self.controls:
            yield f"  {self.controls:,} pairs test the instrument, mixed in among the others, and enter no result"
        for system, count in self.missing.items():
            if count and self.kind == "dialogues":
                yield f"  {system} has no dialogue on {count:,} sources that another has; they are left out"
            elif count:
                yield f"  {system} did not answer {count:,} contexts that another did; they are left out"
        if self.without_traits:
            yield f"  {self.without_traits:,} contexts have no stated trait: no question about traits is asked there"
        for seen in self.files:
            yield f"  {seen.line()}"
        if study.ethics == NO_ETHICS:
            yield '  Ethics approval: "none" is stated; annotators and the report are told so'
        elif study.ethics:
            yield f"  Ethics approval: {study.ethics}"
        for caveat in study.caveats:
            yield f"  Beware: {caveat}"
        for warning in (*self.warnings, *form_warnings(self.form, display=study.display)):
            yield f"  Warning: {warning}"
        if not study.memberships.exists():
            yield f"  On the site nobody sees it yet: manage.py create_researcher EMAIL --study {study.name}"
        if study.is_open():
            yield f"Next: manage.py invite {study.name} --open, or --count N for personal links"
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
    if samples := digests_of_samples(file):
        design["samples"] = samples
    if gathered.labelled:
        design |= {
            "labels": dict(gathered.labels),
            "labelled": {key: asdict(each) for key, each in gathered.labelled.items()},
        }
    with transaction.atomic():
        before = Study.objects.select_for_update().filter(name=name).first()
        if before is not None and _made_of(before.design) == _made_of(design):
            _own(before, owner)
            return _summary(before, "kept", gathered)
        if before is not None and before.title != file.title:
            raise NameTaken(
                f"another study is called {name!r} already: {before.title!r}; give {file.title!r} another name"
            )
        if before is not None and before.amendments.exists():
            raise NameTaken(
                f"the study {name!r} is there already and was amended since it was opened: change it further by "
                f"amend_study {name} --from FILE, or give the new one another name"
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


def _made_of(design: Mapping[str, object]) -> str:
    """The digest of a design without what follows from the rest of it, and grows where the study is extended."""
    return digest_of({key: value for key, value in design.items() if key != "labelled"})


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
    judged = study.contexts.filter(items__is_check=False, items__is_practice=False, items__control="").distinct()
    for domain in judged.order_by("domain", "pk").values_list("domain", flat=True):
        domains[domain] = domains.get(domain, 0) + 1
    return Created(
        study=study,
        state=state,
        contexts=domains,
        items=study.items.filter(automatic_tie=False, is_check=False, is_practice=False, control="").count(),
        controls=study.items.exclude(control="").count(),
        checks=study.items.filter(is_check=True).count(),
        practice=study.items.filter(is_practice=True).count(),
        slots=study.slots.count(),
        automatic_ties=study.items.filter(automatic_tie=True).count(),
        missing=dict(gathered.missing),
        without_traits=judged.filter(items__trait="").distinct().count()
        if study.criteria.filter(needs="traits").exists()
        else 0,
        warnings=gathered.warnings,
        kind=gathered.kind,
        files=tuple(
            file_seen(
                each.system,
                each.files,
                each.digest,
                {key: response.text for key, response in each.responses.items()},
                seed=study.seed,
                among=gathered.contexts,
            )
            for each in gathered.systems
            if each.responses
        ),
        form=form_of(study),
    )
