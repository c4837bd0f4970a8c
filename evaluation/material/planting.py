"""The rows of pairs whose answer is known: check pairs, which look like any other, and practice pairs."""

from collections.abc import Sequence
from typing import Final

from evaluation.design.slots import choose_traits
from evaluation.material.contexts import as_json, candidate_of, context_row
from evaluation.material.known_pairs import KnownPairs
from evaluation.models import Context, Item, Response, Study
from evaluation.study_files.checks_table import KnownPair
from evaluation.study_files.study_file import StudyFile

AT_ONCE: Final = 500


def plant(study: Study, file: StudyFile, known: KnownPairs) -> None:
    """Put the pairs of `known` into `study`: each a context of its own, its right reply first, and no slot yet.

    A check pair is asked about a trait where its speaker has one, as the other pairs are: nothing may tell it apart.
    """
    if file.checks is not None:
        _rows(study, file, known.checks, file.checks.criteria, asks_traits=any(each.needs for each in file.criteria))
    if file.practice is not None:
        _rows(study, file, known.practice, file.practice.criteria, practice=True)


def _rows(
    study: Study,
    file: StudyFile,
    pairs: Sequence[KnownPair],
    criteria: Sequence[str],
    *,
    asks_traits: bool = False,
    practice: bool = False,
) -> None:
    contexts = Context.objects.bulk_create((context_row(study, pair.context) for pair in pairs), batch_size=AT_ONCE)
    right, wrong = (
        Response.objects.bulk_create(
            (
                Response(context=context, text=text, turns=as_json(turns))
                for context, (text, turns) in zip(contexts, said, strict=True)
            ),
            batch_size=AT_ONCE,
        )
        for said in (
            [(pair.right, pair.right_turns) for pair in pairs],
            [(pair.wrong, pair.wrong_turns) for pair in pairs],
        )
    )
    traits = choose_traits([candidate_of(pair.context) for pair in pairs], seed=study.seed) if asks_traits else {}
    Item.objects.bulk_create(
        (
            Item(
                study=study,
                kind=file.kind,
                context=contexts[place],
                first=right[place],
                second=wrong[place],
                trait=traits.get(pair.context.id, ("", ""))[0],
                level=traits.get(pair.context.id, ("", ""))[1],
                is_check=not practice,
                is_practice=practice,
                expected=dict.fromkeys(criteria, "first"),
                why=pair.why,
            )
            for place, pair in enumerate(pairs)
        ),
        batch_size=AT_ONCE,
    )
