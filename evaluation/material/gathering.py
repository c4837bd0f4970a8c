"""What a study's systems answered, read from their files and checked against each other; no database here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from evaluation.material.file_check import SameAnswers, check_swapped, equal_answers, tells
from evaluation.stats.data.outcomes import ALL
from evaluation.stats.data.rows import MADE_REPLY, NOT_A_SYSTEM, RIGHT_REPLY
from evaluation.stats.preferences.seeds import checkpoint_name, system_of
from evaluation.study_files.item_kinds import Kind
from generation.corpus.dialogues import Turn
from generation.corpus.display import detokenise
from generation.corpus.manifest import digest_of, digest_of_file, manifest_path, read_manifest
from generation.home import NoSuchName, home
from training.data.responses import Context, Response, read_responses, responses_file

# What a context has where its file does not say; see `training.data.responses`.
NO_DOMAIN: Final = "default"
# What the database has room for.
LONGEST_SYSTEM, LONGEST_ID, LONGEST_DOMAIN = 200, 200, 100
# What no system can be called, since a judgments file means something else by it.
RESERVED: Final = (*NOT_A_SYSTEM, MADE_REPLY, RIGHT_REPLY)


class WrongFiles(ValueError):
    """Files of responses that cannot be compared as they stand."""


@dataclass(frozen=True)
class Answered:
    """One system's answers, by context id, and the digest of what they were read from."""

    system: str
    files: tuple[Path, ...]
    digest: str
    responses: Mapping[str, Response]
    # Of whole dialogues their turns, by context id; a response's text is the same as one text.
    turns: Mapping[str, tuple[Turn, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelledPersona:
    """What a labeller said of a persona, trait to level, and how many personas the drawn one stands for."""

    levels: Mapping[str, str]
    weight: float


@dataclass(frozen=True)
class Gathered:
    """All systems of a study, and the contexts that every one of them answered, in the order of the ids."""

    systems: tuple[Answered, ...]
    contexts: Mapping[str, Context]
    # System -> how many contexts that another system answered it did not.
    missing: Mapping[str, int]
    caveats: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    kind: Kind = "pair"
    # Of personas to be labelled: what the labeller said of each, by context id, which no annotator ever sees.
    labelled: Mapping[str, LabelledPersona] = field(default_factory=dict)
    # Digest of what that was read from, by the corpus's name.
    labels: Mapping[str, str] = field(default_factory=dict)


def find_responses(named: str, *, folder: Path) -> Path:
    """Where the responses called `named` lie: a name under PARLEY_HOME, or a path relative to `folder`."""
    if named.startswith(("/", "~")):
        found = [Path(named).expanduser()]
    elif named.startswith("."):
        found = [folder / named]
    else:
        found = [home() / "responses" / named, folder / named]
    there = next((path for path in found if path.exists()), None)
    if there is None:
        raise NoSuchName(f"no responses {named!r}: expected {' or '.join(str(path) for path in found)}")
    return there


def gather_named(responses: Iterable[str], *, folder: Path) -> Gathered:
    """As `gather`, of responses by their names or paths."""
    return gather([find_responses(each, folder=folder) for each in responses])


def gather(files: Sequence[Path]) -> Gathered:
    """The systems in `files`, in order of first appearance; raises `WrongFiles` where they do not fit together."""
    answers: dict[str, dict[str, Response]] = {}
    made_by: dict[str, list[Path]] = {}
    first_said: dict[str, tuple[Context, Path]] = {}
    digests = _digests(files)
    called = _called(files)
    for file in files:
        for response in read_responses(file, default_system=called[file]):
            check_names(response, file)
            # Of a system that was trained several times, the run that answered.
            system = checkpoint_name(response.system, response.run)
            of_system = answers.setdefault(system, {})
            identifier = response.context.id
            if identifier in of_system:
                before = made_by[system][0]
                raise WrongFiles(f"{system!r} answered {identifier!r} in {file} and already in {before}")
            if file not in made_by.setdefault(system, []):
                made_by[system].append(file)
            of_system[identifier] = response
            if identifier in first_said:
                known, known_file = first_said[identifier]
                first_said[identifier] = (merged(known, response.context, known_file, file), known_file)
            else:
                first_said[identifier] = (response.context, file)
    answered = _answered_contexts(answers)
    if len(answered) < 2:
        named = ", ".join(answers) or "none"
        raise WrongFiles(f"expected responses of at least two systems to compare, got {named}")
    answered_by_all = set.intersection(*answered.values())
    if not answered_by_all:
        raise WrongFiles(f"no context was answered by all of {', '.join(answers)}; do the files belong together?")
    return Gathered(
        systems=tuple(
            Answered(
                system=system,
                files=tuple(made_by[system]),
                digest=_joint_digest([digests[file] for file in made_by[system]]),
                responses=responses,
            )
            for system, responses in answers.items()
        ),
        contexts={identifier: first_said[identifier][0] for identifier in sorted(answered_by_all)},
        missing={system: len(first_said.keys() - contexts) for system, contexts in answered.items()},
        caveats=caveats_of(files),
        warnings=(*warnings_of(answers), *_checked(answers, called, made_by)),
    )


def _answered_contexts(answers: Mapping[str, Mapping[str, Response]]) -> dict[str, set[str]]:
    """System -> the contexts that it answered.

    Training runs that share out their contexts answer as one system; where each run answers all, a context counts that
    any of them answered, and the deal passes over the others.
    """
    answered: dict[str, set[str]] = {}
    for checkpoint, responses in answers.items():
        answered.setdefault(system_of(checkpoint), set()).update(responses)
    return answered


def _checked(
    answers: Mapping[str, Mapping[str, Response]], called: Mapping[Path, str], made_by: Mapping[str, Sequence[Path]]
) -> tuple[str, ...]:
    try:
        check_swapped(called, made_by)
        return tuple(equal_answers(answers))
    except SameAnswers as error:
        raise WrongFiles(str(error)) from error


def called_by(name: str) -> str:
    """What the system in a file of this name is called, where nothing else says."""
    return name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".csv")


def _called(files: Sequence[Path]) -> dict[Path, str]:
    """What the system in a file is called where its lines do not say: as the file, with its folder where two clash."""
    stems = {file: file.name if file.is_dir() else called_by(file.name) for file in files}
    clash = len(set(stems.values())) < len(stems)
    return {file: f"{file.resolve().parent.name}-{stem}" if clash else stem for file, stem in stems.items()}


def check_names(response: Response, file: Path) -> None:
    """Raise `WrongFiles` for what a judgments file could not tell from an answer, or the database could not hold."""
    system, context = response.system, response.context
    where = f"{file}, context {context.id[:LONGEST_ID]!r}"
    if system in RESERVED:
        raise WrongFiles(f"{where}: the system is called {system!r}, which in a judgments file means something else")
    if context.domain == ALL:
        raise WrongFiles(f"{where}: the domain is {ALL!r}, which is kept for what is pooled over domains")
    for what, name, longest in (
        ("system", system, LONGEST_SYSTEM),
        ("id", context.id, LONGEST_ID),
        ("cluster", context.cluster, LONGEST_ID),
        ("domain", context.domain, LONGEST_DOMAIN),
    ):
        if len(name) > longest:
            raise WrongFiles(f"{where}: the {what} has {len(name)} characters; expected at most {longest}")
    texts = (system, context.domain, context.id, context.cluster, response.text, response.reference or "")
    said = (*context.persona, *context.partner_persona, *(turn.text for turn in context.turns))
    if any("\0" in text for text in (*texts, *said)):
        raise WrongFiles(f"{where}: it holds the character NUL, which is no text")


def _digests(files: Sequence[Path]) -> dict[Path, str]:
    digests: dict[Path, str] = {}
    for file in files:
        digest = digest_of_file(responses_file(file))
        same = next((other for other, known in digests.items() if known == digest), None)
        if same is not None or file in digests:
            raise WrongFiles(
                f"{file} and {same or file} are the same file, byte for byte: is one of them the wrong one?"
            )
        digests[file] = digest
    return digests


def _joint_digest(digests: Sequence[str]) -> str:
    return digests[0] if len(digests) == 1 else digest_of(list(digests))


def merged(known: Context, other: Context, known_file: Path, file: Path) -> Context:
    """One context as two files describe it: what only one says is taken, what both say must agree."""
    where = f"context {known.id!r} in {known_file} and in {file}"
    if len(known.turns) != len(other.turns):
        raise WrongFiles(f"{where}: {len(known.turns)} turns in the one, {len(other.turns)} in the other")
    for number, (one, two) in enumerate(zip(known.turns, other.turns, strict=True)):
        if one.text.split() != two.text.split() or one.speaker != two.speaker:
            raise WrongFiles(f"{where}: turn {number} is {one.text!r} in the one, {two.text!r} in the other")
    for what in ("speaker", "persona", "traits"):
        one, two = getattr(known, what), getattr(other, what)
        if one != two and (what == "speaker" or (one and two)):
            raise WrongFiles(f"{where}: the {what} is {one!r} in the one, {two!r} in the other")
    return replace(
        known,
        persona=known.persona or other.persona,
        traits=known.traits or other.traits,
        partner_persona=known.partner_persona or other.partner_persona,
        domain=_agreed(where, "domain", known.domain, other.domain, unsaid=NO_DOMAIN),
        cluster=_agreed(where, "cluster", known.cluster, other.cluster, unsaid=known.id.rpartition("#")[0] or known.id),
    )


def _agreed(where: str, what: str, one: str, two: str, *, unsaid: str) -> str:
    if one != two and unsaid not in (one, two):
        raise WrongFiles(f"{where}: the {what} is {one!r} in the one, {two!r} in the other")
    return two if one == unsaid else one


def caveats_of(files: Iterable[Path]) -> tuple[str, ...]:
    """What must be said of `files` wherever they are shown, from the manifests that lie beside them."""
    found: list[str] = []
    for file in files:
        caveats = read_manifest(file).get("results", {}).get("caveats", [])
        if not isinstance(caveats, list):
            raise WrongFiles(f"{manifest_path(file)}: expected a list of caveats, got {caveats!r}")
        found += map(str, caveats)
    return tuple(dict.fromkeys(found))


def warnings_of(answers: Mapping[str, Mapping[str, Response]], *, of: str = "replies") -> Iterable[str]:
    """What may give a system away: texts that are empty, name a system, or say that a machine speaks."""
    for system, responses in answers.items():
        empty = sum(1 for each in responses.values() if not each.text.strip())
        if empty:
            yield f"{system}: {empty:,} of {len(responses):,} {of} are empty"
        telling = [each for each in responses.values() if tells(each.text, answers)]
        if telling:
            first, where = telling[0], "to" if of == "replies" else "in"
            # Of a long text the line that tells.
            said = next((line for line in first.text.splitlines() if tells(line, answers)), first.text)
            yield (
                f"{system}: {len(telling):,} of {len(responses):,} {of} name a system or say that a machine speaks, "
                f"so annotators may know who answered; the first is {where} {first.context.id}: {said[:80]!r}"
            )


def alike(one: str, two: str) -> bool:
    """Whether two replies are equal once normalised (as displayed, without regard to capitals and white space)."""
    return detokenise(one).casefold().split() == detokenise(two).casefold().split()
