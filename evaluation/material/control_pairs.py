"""Pairs that test the instrument, made of what the study has: two samples of one system, and a human reference against
another context's. Each has a context of its own, and looks like any other pair.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from evaluation.design.controls import controls_wanted
from evaluation.design.slots import Candidate, PlannedItem, choose_traits
from evaluation.material.contexts import candidate_of, context_row
from evaluation.material.gathering import Gathered, WrongFiles, alike, called_by, find_responses
from evaluation.material.known_pairs import KnownPairs, shuffled_pairs
from evaluation.models import Context, Item, Response, Study, System
from evaluation.stats.data.declared import PREFERENCES
from evaluation.stats.instrument.controls import AA, CEILING
from evaluation.stats.preferences.seeds import checkpoint_name
from evaluation.study_files.checks_table import KnownPair
from evaluation.study_files.study_file import StudyFile
from generation.corpus.manifest import digest_of_file
from training.data.responses import read_responses, responses_file

AT_ONCE: Final = 500


@dataclass(frozen=True)
class ControlPair:
    """One pair that tests the instrument; the reference of a ceiling pair is its `right`. `system` gave both of an A/A
    pair."""

    kind: str
    pair: KnownPair
    system: str = ""


@dataclass(frozen=True)
class Controlled:
    """What is judged once the controls have their contexts, and the controls."""

    known: KnownPairs
    controls: tuple[ControlPair, ...] = field(default=())


def plan_controls(
    file: StudyFile, gathered: Gathered, known: KnownPairs, candidates: Sequence[Candidate]
) -> Controlled:
    """The control pairs that `file` asks for, and `known` without the contexts that they take.

    Contexts that nobody judges come first, as for check pairs. Raises `WrongFiles` where there is nothing to make them
    of, or too little would be left to judge.
    """
    said = file.controls
    if said is None:
        return Controlled(known)
    if gathered.kind != "pair":
        raise WrongFiles("controls: they are made of pairs of replies; this study judges something else")
    systems = len({each.system for each in gathered.systems})
    pairs = len(known.judged) * systems * (systems - 1) // 2
    taken = {pair.context.id for pair in (*known.checks, *known.practice)}
    free = [each for each in candidates if each.id not in taken]
    made: list[ControlPair] = []
    if said.aa_share:
        samples = _samples(file, gathered)
        pool = [each for each in free if any(each.id in of for of in samples.values())]
        chosen = _contexts(AA, known, pool, wanted=controls_wanted(said.aa_share, pairs), seed=file.contexts.seed)
        made += _two_samples(chosen, samples, gathered, seed=file.contexts.seed)
        known, free = _without(known, free, chosen)
    if said.ceiling_share:
        _check_references(gathered)
        wanted = controls_wanted(said.ceiling_share, pairs)
        chosen = _contexts(CEILING, known, free, wanted=wanted, seed=file.contexts.seed)
        known, free = _without(known, free, chosen)
        shuffled = shuffled_pairs(chosen, gathered, judged=known.judged, seed=file.contexts.seed)
        made += [ControlPair(CEILING, pair) for pair in shuffled]
    return Controlled(known, tuple(made))


def digests_of_samples(file: StudyFile) -> dict[str, str]:
    """What each file of second samples was, by its name in the study file: another one makes another study."""
    named = file.controls.samples if file.controls else ()
    return {each: digest_of_file(responses_file(find_responses(each, folder=file.folder))) for each in named}


def _samples(file: StudyFile, gathered: Gathered) -> dict[str, dict[str, str]]:
    """System -> context -> what it said when it was asked again, where that differs from the first time."""
    assert file.controls is not None
    first = {each.system: each for each in gathered.systems}
    again: dict[str, dict[str, str]] = {}
    same = 0
    for named in file.controls.samples:
        path = find_responses(named, folder=file.folder)
        for response in read_responses(path, default_system=called_by(path.name)):
            system, context = checkpoint_name(response.system, response.run), response.context.id
            if system not in first:
                raise WrongFiles(
                    f"controls.samples: {path} holds answers of {system!r}; expected one of {', '.join(first)}, asked "
                    "again"
                )
            if context not in gathered.contexts or context not in first[system].responses:
                continue
            if alike(response.text, first[system].responses[context].text) or not response.text.strip():
                same += 1
                continue
            again.setdefault(system, {})[context] = response.text
    if not again:
        why = (
            f"all {same:,} are the same as the first time: was it decoded greedily?" if same else "no context is shared"
        )
        raise WrongFiles(f"controls.samples: expected another answer of the same system in the same contexts; {why}")
    return again


def _check_references(gathered: Gathered) -> None:
    there = {
        context
        for answered in gathered.systems
        for context, response in answered.responses.items()
        if response.reference and context in gathered.contexts
    }
    if len(there) < len(gathered.contexts):
        raise WrongFiles(
            "controls.ceiling_share: such a pair is what a person really said against what one said elsewhere; "
            f"expected a `reference` in the responses to all {len(gathered.contexts):,} contexts, found {len(there):,}"
        )


def _contexts(
    kind: str, known: KnownPairs, pool: Sequence[Candidate], *, wanted: int, seed: int
) -> tuple[Candidate, ...]:
    """`wanted` contexts of `pool`: those that nobody judges first, and at most half of the others."""
    judged = {each.id for each in known.judged}
    rng = random.Random(f"{seed} controls {kind}")
    ordered = sorted(pool, key=lambda each: each.id)
    rng.shuffle(ordered)
    spare = [each for each in ordered if each.id not in judged]
    held_back = [each for each in ordered if each.id in judged][: len(known.judged) // 2]
    if len(spare) + len(held_back) < wanted:
        raise WrongFiles(
            f"controls: {wanted} contexts are needed for {kind} pairs, and {len(spare) + len(held_back)} can be had "
            "without taking half of those that are judged; expected more contexts, or a smaller share"
        )
    return tuple([*spare, *held_back][:wanted])


def _without(
    known: KnownPairs, free: Sequence[Candidate], chosen: Sequence[Candidate]
) -> tuple[KnownPairs, list[Candidate]]:
    taken = {each.id for each in chosen}
    judged = tuple(each for each in known.judged if each.id not in taken)
    return replace(known, judged=judged), [each for each in free if each.id not in taken]


def _two_samples(
    chosen: Sequence[Candidate], samples: Mapping[str, Mapping[str, str]], gathered: Gathered, *, seed: int
) -> list[ControlPair]:
    """A pair of one system in each context, every system as often as can be."""
    rng = random.Random(f"{seed} A/A systems")
    first = {each.system: each for each in gathered.systems}
    used: Counter[str] = Counter()
    made = []
    for context in chosen:
        can = [system for system, of in samples.items() if context.id in of]
        rng.shuffle(can)
        system = min(can, key=lambda each: used[each])
        used[system] += 1
        said = first[system].responses[context.id].text
        pair = KnownPair(context=gathered.contexts[context.id], right=said, wrong=samples[system][context.id])
        made.append(ControlPair(AA, pair, system))
    return made


def planned_controls(controls: Sequence[ControlPair]) -> list[PlannedItem]:
    """The controls as the design engine plans them: each kind, and each system's A/A, as two places of its own."""
    kinds = sorted({(each.kind, each.system) for each in controls})
    return [
        PlannedItem(
            context=each.pair.context.id,
            domain=each.pair.context.domain,
            first=2 * kinds.index((each.kind, each.system)),
            second=2 * kinds.index((each.kind, each.system)) + 1,
        )
        for each in controls
    ]


def control_rows(
    study: Study, file: StudyFile, controls: Sequence[ControlPair], systems: Mapping[str, System]
) -> list[Item]:
    """The items of `controls`, each with a context of its own. They ask about traits as other pairs do."""
    contexts = Context.objects.bulk_create(
        (context_row(study, each.pair.context) for each in controls), batch_size=AT_ONCE
    )
    first, second = (
        Response.objects.bulk_create(
            (
                Response(
                    context=contexts[place],
                    # Of a ceiling pair no system gave either.
                    system=systems.get(each.system),
                    text=(each.pair.right, each.pair.wrong)[sample],
                    sample=sample if each.system else 0,
                )
                for place, each in enumerate(controls)
            ),
            batch_size=AT_ONCE,
        )
        for sample in (0, 1)
    )
    asks = any(each.needs for each in file.criteria)
    traits = choose_traits([candidate_of(each.pair.context) for each in controls], seed=study.seed) if asks else {}
    preferred = [each.key for each in file.criteria if each.scale in PREFERENCES]
    return Item.objects.bulk_create(
        (
            Item(
                study=study,
                context=contexts[place],
                first=first[place],
                second=second[place],
                trait=traits.get(each.pair.context.id, ("", ""))[0],
                level=traits.get(each.pair.context.id, ("", ""))[1],
                control=each.kind,
                expected=dict.fromkeys(preferred, "first") if each.kind == CEILING else {},
            )
            for place, each in enumerate(controls)
        ),
        batch_size=AT_ONCE,
    )
