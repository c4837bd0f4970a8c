"""Small tables of judgments, with only the words that matter."""

from collections.abc import Iterable, Sequence

import numpy as np

from evaluation.stats.data.outcomes import Outcomes, outcomes_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.inference.resampling import ClusterSums


def a_judgment(
    choice: str = "pt",
    *,
    context: str = "personachat/test/00001#3",
    annotator: str = "ada",
    criterion: str = "naturalness",
    first: str = "pt",
    second: str = "p",
    **words: object,
) -> JudgmentRow:
    """One preference between pt and p."""
    return JudgmentRow(
        context=context,
        annotator=annotator,
        criterion=criterion,
        choice=choice,
        first=first,
        second=second,
        **words,  # type: ignore[arg-type]
    )


def a_rating(choice: str, *, system: str = "pt", **words: object) -> JudgmentRow:
    """One rating of a single response."""
    return a_judgment(choice, first="", second="", system=system, **words)


def judgments(votes: Iterable[Sequence[str]], **words: object) -> list[JudgmentRow]:
    """A context for each group of votes, in a cluster of its own; vote number i is annotator i's."""
    return [
        a_judgment(vote, context=f"talk-{context}", annotator=f"annotator-{number}", **words)
        for context, group in enumerate(votes)
        for number, vote in enumerate(group)
    ]


def a_study(
    *,
    contexts: int = 30,
    annotators: int = 6,
    votes: int = 3,
    chances: tuple[float, float, float] = (0.45, 0.2, 0.35),
    criteria: Sequence[str] = ("naturalness",),
    domains: Sequence[str] = ("personachat", "personalitychat"),
    seed: int = 1,
) -> list[JudgmentRow]:
    """A seeded study: in each domain so many contexts, each judged by so many of the annotators."""
    rng = np.random.default_rng(seed)
    rows = []
    for domain in domains:
        for context in range(contexts):
            for annotator in rng.permutation(annotators)[:votes]:
                left = str(rng.choice(["pt", "p"]))
                rows += [
                    a_judgment(
                        str(rng.choice(["pt", "tie", "p"], p=chances)),
                        context=f"{domain}/test/{context:05}#4",
                        annotator=f"annotator-{annotator}",
                        criterion=criterion,
                        domain=domain,
                        displayed_left=left,
                        seconds=float(rng.integers(5, 60)),
                    )
                    for criterion in criteria
                ]
    return rows


def outcomes(rows: Sequence[JudgmentRow], **words: object) -> Outcomes:
    """The rows of pt against p as arrays."""
    return outcomes_of(rows, first="pt", second="p", **words)  # type: ignore[arg-type]


def sums(numerators: Sequence[float], denominators: Sequence[float]) -> ClusterSums:
    """Cluster sums of a single domain."""
    return ClusterSums(
        np.array(numerators, dtype=float)[:, np.newaxis],
        np.array(denominators, dtype=float)[:, np.newaxis],
        int(sum(denominators)),
    )


def same_system(firsts, seconds, *, ties=0, criterion="naturalness"):
    """An A/A pair in a dialogue each: so often the first sample was preferred, the second, neither."""
    choices = ["pt~1"] * firsts + ["pt~2"] * seconds + ["tie"] * ties
    return [
        a_judgment(choice, context=f"aa-{number}", criterion=criterion, first="pt~1", second="pt~2", control="aa")
        for number, choice in enumerate(choices)
    ]


def reference(seen, missed):
    """A ceiling pair in a dialogue each: so often the reference was preferred to the shuffled one."""
    return [
        a_judgment(
            choice,
            context=f"ceiling-{number}",
            first="shuffled",
            second="human",
            control="ceiling",
            expected="human",
        )
        for number, choice in enumerate(["human"] * seen + ["shuffled"] * missed)
    ]


def asked(rights, wrongs, *, system="pt", trait="extraversion", about="", level="high", ties=0):
    """Which reply sounds more like the trait: so many right, wrong and tied answers, a dialogue each."""
    high, low = (f"{system}[{trait}={end}]" for end in ("high", "low"))
    right, wrong = (high, low) if level == "high" else (low, high)
    choices = [right] * rights + [wrong] * wrongs + ["tie"] * ties
    return [
        a_judgment(
            choice,
            context=f"talk-{trait}-{about}-{number}",
            criterion="identification",
            first=high,
            second=low,
            trait=about or trait,
            level=level,
        )
        for number, choice in enumerate(choices)
    ]
