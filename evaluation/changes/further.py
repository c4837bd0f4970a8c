"""What comes to a study that is extended: its further contexts and personas, with what is judged of each; no slot yet.

Further contexts are drawn by the study's own seed, as if more had been asked for from the start: those that it has come
first in that draw, which is checked. What was said in them is not in the database, so it is read from the study's
files, which must have the digests that were frozen.
"""

from collections import Counter, defaultdict
from dataclasses import asdict, replace

from django.db.models import Count

from evaluation.changes.amendable import CannotAmend
from evaluation.design.slots import Candidate, choose_contexts, choose_traits
from evaluation.material.gathering import Gathered
from evaluation.models import Item, Study
from evaluation.opening.planning import candidates_of, context_rows, item_rows, planned_pairs, response_rows


class CannotExtend(CannotAmend):
    """A study that does not run, a size that is none, or files that are not the study's."""


def contexts_by_domain(study: Study) -> dict[str, int]:
    """How many contexts of each domain are judged in `study`."""
    judged = Item.objects.filter(study=study, is_check=False, is_practice=False, control="")
    counts = judged.values("context__domain").annotate(n=Count("context", distinct=True)).order_by("context__domain")
    return {str(row["context__domain"]): int(row["n"]) for row in counts}


def more_items(study: Study, gathered: Gathered | None, per_domain: int, before: dict[str, int]) -> list[Item]:
    """Further pairs of replies, or of whole dialogues, until each domain has `per_domain` contexts; made.

    `before` is how many it has. Raises `CannotExtend`.
    """
    if gathered is None:
        raise CannotExtend("more contexts: expected what the study is made of, and its files are not here")
    _check_same_responses(study, gathered)
    chosen = _further(study, gathered, per_domain, before)
    asked = Counter(
        study.items.filter(is_check=False, is_practice=False).exclude(trait="").values_list("trait", "level")
    )
    traits = choose_traits(chosen, seed=study.seed, asked_before=asked)
    systems = list(study.systems.order_by("position"))
    # As the study's own order has them, whatever order the files came in.
    by_name = {each.system: each for each in gathered.systems}
    gathered = replace(gathered, systems=tuple(by_name[system.name] for system in systems))
    contexts = context_rows(study, chosen, gathered)
    return item_rows(
        study,
        planned_pairs(chosen, gathered, seed=study.seed),
        kind=gathered.kind,
        contexts=contexts,
        responses=response_rows(chosen, contexts, systems, gathered),
        traits=traits,
    )


def more_personas(study: Study, gathered: Gathered | None, per_level: int) -> list[Item]:
    """The personas that come where `per_level` of each trait and level are drawn, as `gathered` has them; made.

    A larger sample holds the smaller one. How many personas each stands for follows from the whole sample, so those
    that the study has get the weights of the larger one, too. Raises `CannotExtend`.
    """
    if gathered is None:
        raise CannotExtend("more personas: expected the labels that the study is made of, and they are not here")
    if gathered.labels != study.design.get("labels"):
        raise CannotExtend(
            f"the labels are not those that the study was made of: {', '.join(gathered.labels)} was labelled otherwise"
        )
    judged = set(study.items.filter(is_check=False, is_practice=False).values_list("context__ident", flat=True))
    if lost := judged - gathered.contexts.keys():
        raise CannotExtend(f"personas per level: with {per_level}, {len(lost):,} that the study has are not drawn")
    used = set(study.contexts.values_list("ident", flat=True))
    drawn = choose_contexts(
        candidates_of(gathered, always=True), per_domain=None, per_cluster=1, balance=(), seed=study.seed
    )
    chosen = [each for each in drawn if each.id not in used]
    if not chosen:
        raise CannotExtend(
            f"personas per level: expected more than the study has; with {per_level} the same {len(judged):,} are drawn"
        )
    study.design = {**study.design, "labelled": {key: asdict(each) for key, each in gathered.labelled.items()}}
    study.save(update_fields=["design"])
    return item_rows(
        study,
        planned_pairs(chosen, gathered, seed=study.seed),
        kind=gathered.kind,
        contexts=context_rows(study, chosen, gathered),
        responses={},
        traits={},
    )


def _check_same_responses(study: Study, gathered: Gathered) -> None:
    kept = dict(study.systems.values_list("name", "digest"))
    found = {each.system: each.digest for each in gathered.systems}
    for name in sorted(set(kept) | set(found)):
        if kept.get(name) != found.get(name):
            what = "is not in the files" if name not in found else "is none of the study's systems"
            if name in kept and name in found:
                what = f"was frozen under the digest {kept[name][:12]}, and the files have {found[name][:12]}"
            raise CannotExtend(f"the responses are not those that the study was made of: {name} {what}")


def _further(study: Study, gathered: Gathered, per_domain: int, before: dict[str, int]) -> list[Candidate]:
    """The contexts that come to the study, by the same draw: after those that it has, without those of known pairs."""
    said = study.design.get("contexts") or {}
    candidates = candidates_of(gathered, always=study.criteria.filter(needs="").exists())
    drawn = choose_contexts(
        candidates,
        per_domain=None,
        per_cluster=int(said.get("per_cluster") or 1),
        balance=tuple(said.get("balance") or ()),
        seed=study.seed,
    )
    used = set(study.contexts.values_list("ident", flat=True))
    judged = set(
        study.items.filter(is_check=False, is_practice=False, control="").values_list("context__ident", flat=True)
    )
    by_domain: dict[str, list[Candidate]] = defaultdict(list)
    for each in drawn:
        by_domain[each.domain].append(each)
    chosen: list[Candidate] = []
    for domain, there in by_domain.items():
        new = [place for place, each in enumerate(there) if each.id not in used]
        after_the_first_new = there[new[0] :] if new else []
        if any(each.id in judged for each in after_the_first_new):
            raise CannotExtend(
                f"the draw of {domain} does not begin with the contexts that the study has: it was made by other rules"
            )
        chosen += [there[place] for place in new[: max(0, per_domain - before.get(domain, 0))]]
    if not chosen:
        most = ", ".join(f"{len(there):,} of {domain}" for domain, there in by_domain.items())
        has = ", ".join(f"{count:,} of {domain}" for domain, count in before.items())
        raise CannotExtend(
            f"contexts per domain: expected more than the study has ({has}); {most} can be drawn, with those that "
            f"pairs with a known answer are made of; got {per_domain}"
        )
    return chosen
