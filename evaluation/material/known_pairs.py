"""Pairs whose answer is known, made of what the study has: a real reply against a real reply of another context.

Pure and seeded: the same contexts and seed give the same pairs, on any machine.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evaluation.design.slots import Candidate
from evaluation.material.gathering import Gathered, WrongFiles, alike
from evaluation.material.shuffled_dialogues import shuffled_dialogues
from evaluation.study_files.checks_table import KnownPair
from evaluation.study_files.study_file import StudyFile
from evaluation.study_files.wording import why_in

# How many check pairs are made at most: somebody who reads them all has read a study's worth of pairs.
MOST_CHECKS: Final = 40


@dataclass(frozen=True)
class Parted:
    """The contexts that are judged, and those that pairs with a known answer are made of."""

    judged: tuple[Candidate, ...]
    known: tuple[Candidate, ...]


@dataclass(frozen=True)
class KnownPairs:
    """What a study shows of which the answer is known, and the contexts that are left to judge."""

    judged: tuple[Candidate, ...]
    checks: tuple[KnownPair, ...] = ()
    practice: tuple[KnownPair, ...] = ()


def plan_known_pairs(
    file: StudyFile, gathered: Gathered, chosen: Sequence[Candidate], candidates: Sequence[Candidate]
) -> KnownPairs:
    """The check and practice pairs that `file` asks for: those of its own files, and those that are to be made.

    Raises `WrongFiles` where there is nothing to make them of, or a pair of a file is of a context that is judged.
    """
    checks = 0 if file.checks is None or file.checks.pairs else _checks_wanted(file, len(chosen))
    practice = 0 if file.practice is None or file.practice.known else file.practice.pairs
    parted = part_contexts(chosen, candidates, wanted=checks + practice, seed=file.contexts.seed)
    if gathered.kind == "dialogues":
        made = shuffled_dialogues(parted.known, gathered, seed=file.contexts.seed)
    else:
        made = shuffled_pairs(parted.known, gathered, judged=parted.judged, seed=file.contexts.seed)
    made = tuple(replace(pair, why=why_in(file.language, gathered.kind)) for pair in made)
    own_checks = file.checks.pairs if file.checks else ()
    own_practice = file.practice.known if file.practice else ()
    known = KnownPairs(parted.judged, own_checks or made[:checks], own_practice or made[checks:])
    _check_apart(known)
    return known


def _checks_wanted(file: StudyFile, contexts: int) -> int:
    """As many as somebody meets who judges all that one annotator may, and more than may be failed."""
    assert file.checks is not None
    share, pairs = file.checks.share, contexts * (len(file.responses or file.dialogues) - 1)
    most = min(contexts, max(1, math.floor(file.max_share * pairs * file.judgments_per_pair)))
    met = math.ceil(most * share / (1 - share))
    return min(max(met, (file.checks.fail_after or 1) + 1), MOST_CHECKS)


def _check_apart(known: KnownPairs) -> None:
    """Nobody sees a context twice."""
    seen = {each.id: "a pair that is judged" for each in known.judged}
    for kind, pairs in (("a check pair", known.checks), ("a practice pair", known.practice)):
        for pair in pairs:
            if pair.context.id in seen:
                raise WrongFiles(
                    f"{pair.context.id}: {kind} is of the context of {seen[pair.context.id]}, "
                    "and nobody sees a context twice"
                )
            seen[pair.context.id] = kind


def part_contexts(chosen: Sequence[Candidate], candidates: Sequence[Candidate], *, wanted: int, seed: int) -> Parted:
    """`wanted` contexts for pairs with a known answer: those that are not judged first, then some of the judged.

    Nobody sees a context twice, so none is both. Other clusters than the judged ones come first: who has read a
    dialogue's check does not know its pair. Raises `WrongFiles` where at least half would not be left to judge.
    """
    rng = random.Random(f"{seed} known pairs")
    judged, clusters = {each.id for each in chosen}, {each.cluster for each in chosen}
    spare = [each for each in sorted(candidates, key=lambda each: each.id) if each.id not in judged]
    rng.shuffle(spare)
    spare.sort(key=lambda each: each.cluster in clusters)
    known = spare[:wanted]
    missing = wanted - len(known)
    if missing > len(chosen) // 2:
        raise WrongFiles(
            f"{wanted} contexts are needed for pairs with a known answer, and of {len(candidates)} that every system "
            f"answered {len(chosen)} are to be judged; expected more contexts, or fewer such pairs"
        )
    taken = {each.id for each in rng.sample(sorted(chosen, key=lambda each: each.id), missing)} if missing > 0 else ()
    known += [each for each in chosen if each.id in taken]
    return Parted(tuple(each for each in chosen if each.id not in taken), tuple(known))


def shuffled_pairs(
    contexts: Sequence[Candidate], gathered: Gathered, *, judged: Sequence[Candidate], seed: int
) -> tuple[KnownPair, ...]:
    """For each context the reply that was given there against one that was given in another dialogue.

    Both are what people said, where the responses tell, else what one system answered; every system in turn, so that
    the manner of neither reply tells which it is. The other reply is of about the same length, and of a context that is
    not `judged`, where there is one: it would be read twice.
    """
    met_again = {each.id for each in judged}
    rng = random.Random(f"{seed} shuffled contexts")
    by_id = gathered.contexts
    pairs = []
    for number, context in enumerate(contexts):
        said = _replies(gathered, number)
        own = said[context.id]
        others = [
            (identifier in met_again, text)
            for identifier, text in sorted(said.items())
            if by_id[identifier].cluster != context.cluster and text.strip() and not alike(text, own)
        ]
        if not own.strip() or not others:
            raise WrongFiles(f"{context.id}: no reply of another dialogue to make a pair with a known answer of")
        rng.shuffle(others)
        _, wrong = min(others, key=lambda each: (each[0], abs(len(each[1].split()) - len(own.split()))))
        pairs.append(KnownPair(context=by_id[context.id], right=own, wrong=wrong))
    return tuple(pairs)


def _replies(gathered: Gathered, number: int) -> Mapping[str, str]:
    """Context -> reply, all of one source: what people said, else what one system answered."""
    references = {
        identifier: response.reference
        for answered in gathered.systems
        for identifier, response in answered.responses.items()
        if response.reference and identifier in gathered.contexts
    }
    if len(references) == len(gathered.contexts):
        return references
    whole = [each for each in gathered.systems if all(key in each.responses for key in gathered.contexts)]
    if not whole:
        raise WrongFiles("no system answered every context alone: bring a file of pairs with a known answer instead")
    answered = whole[number % len(whole)]
    return {key: answered.responses[key].text for key in gathered.contexts}
