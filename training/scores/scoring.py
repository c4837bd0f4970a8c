"""The automatic scores of a folder of responses, each beside the control that shows whether it means anything.

F1 stands beside F1 against other contexts' references, perplexity beside perplexity under other contexts: a model that
gives everybody the same reply has the same F1 either way, and one that ignores its input the same perplexity.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from generation.corpus.content import CONTENT
from generation.corpus.lexical import NORMALISER
from generation.corpus.manifest import new_file, parley_version, read_manifest
from training.data.responses import ALL, SCORES_FILE, ResponsesMissing, read_responses
from training.scores.ground import Ground, survey
from training.scores.intervals import RESAMPLES, Score, Sums
from training.scores.learned_metrics import NOTHING_LEARNED, Learned, learned_metrics
from training.scores.metrics import (
    AMONG,
    RATIO_TOKENS,
    distinct_n,
    distinct_share,
    lexical_variety,
    ratio_of_types,
    repeated_between,
)
from training.scores.reply_metrics import Metric, metrics_of

FORMAT: Final = 1
# Below these a control is not passed; see docs/training.md for what good and collapsed models have.
LEAST_F1_OVER_SHUFFLED: Final = 1.1
LEAST_CONTEXT_USE: Final = 1.05
LEAST_DISTINCT_REPLIES: Final = 0.2
# Home minus away: of these. A perplexity is compared as a ratio, away over home.
HOME_METRICS: Final = ("perplexity_per_word", "f1")
NO_INTERVAL: Final = "no interval: resampling repeats texts"
UNSEEN_REFERENCES: Final = "unseen_references"
UNSEEN_PERSONAS: Final = "unseen_personas"


@dataclass(frozen=True)
class Scores:
    """The scores of one system: domain -> metric -> score, where the domain "all" has all responses.

    `unseen` has them again on the responses whose reference, or whose persona, the training corpus does not have:
    subset -> domain -> metric -> score; `home` has metric -> score at home against away. `sums` is what the differences
    between systems are made from: domain -> metric -> its sums by dialogue.
    """

    system: str
    counts: dict[str, dict[str, int]]
    domains: dict[str, dict[str, Score]]
    warnings: tuple[str, ...]
    caveats: tuple[str, ...]
    signature: str
    unseen: dict[str, dict[str, dict[str, Score]]] = field(default_factory=dict)
    unseen_counts: dict[str, dict[str, int]] = field(default_factory=dict)
    home: dict[str, Score] = field(default_factory=dict)
    home_domains: tuple[str, ...] = ()
    parameters: int | None = None
    # What its model learned from, in a few words; empty where no manifest tells it.
    trained_on: str = ""
    sums: Mapping[str, Mapping[str, Sums]] = field(default_factory=dict, repr=False)

    def as_json(self) -> dict[str, Any]:
        """The scores as they stand in `scores.json`."""
        return {
            "format": FORMAT,
            "system": self.system,
            "parameters": self.parameters,
            "trained_on": self.trained_on,
            "domains": {domain: {"n": self.counts[domain], **_json(scores)} for domain, scores in self.domains.items()},
            "unseen": {
                subset: {
                    domain: {"n": self.unseen_counts[subset][domain], **_json(scores)}
                    for domain, scores in domains.items()
                }
                for subset, domains in self.unseen.items()
            },
            "home": {"domains": list(self.home_domains), **_json(self.home)},
            "warnings": list(self.warnings),
            "caveats": list(self.caveats),
            "signature": self.signature,
        }


def _json(scores: Mapping[str, Score]) -> dict[str, Any]:
    return {metric: score.as_json() for metric, score in scores.items()}


def score(folder: Path, *, seed: int = 7, batch_size: int = 32, learned: Learned = NOTHING_LEARNED) -> Scores:
    """Score the responses in `folder`; perplexity needs the model that gave them, and is null with a reason without.

    `learned` names the checkpoints of metrics that a model measures.
    """
    rows = list(read_responses(folder))
    if not rows:
        raise ResponsesMissing(f"{folder}: there are no responses to score")
    manifest = read_manifest(folder) if folder.is_dir() else {}
    ground = survey(rows, manifest=manifest, seed=seed, batch_size=batch_size)
    metrics = metrics_of(ground) | learned_metrics(ground, learned, batch_size=batch_size)
    domains = sorted({row.context.domain for row in rows})
    places = {
        domain: [place for place, row in enumerate(rows) if domain in (ALL, row.context.domain)]
        for domain in (ALL, *domains)
    }
    unseen = {
        UNSEEN_REFERENCES: _left(places, ground, lambda place: not ground.reference_seen(place)),
        UNSEEN_PERSONAS: _left(places, ground, lambda place: not ground.persona_seen(place)),
    }
    found = {domain: _scores(metrics, there, ground, seed=seed) for domain, there in places.items()}
    for domain, scores in found.items():
        scores["perplexity_per_word_unseen"] = (
            metrics["perplexity_per_word"].score(unseen[UNSEEN_REFERENCES][domain], ground, seed=seed)
            if not ground.trained_on.reason
            else Score(None, reason=ground.trained_on.reason)
        )
    return Scores(
        system=rows[0].system,
        counts={domain: _count(there, ground) for domain, there in places.items()},
        domains=found,
        unseen={
            subset: {domain: _scores(metrics, there, ground, seed=seed) for domain, there in left.items() if there}
            for subset, left in unseen.items()
        },
        unseen_counts={
            subset: {domain: len(there) for domain, there in left.items() if there} for subset, left in unseen.items()
        },
        home=_at_home(metrics, places, ground, seed=seed),
        home_domains=tuple(sorted(ground.trained_on.domains & set(domains))),
        parameters=_parameters(manifest),
        trained_on=_trained_on(manifest),
        warnings=tuple(text for domain in domains for text in _warnings(domain, found[domain])),
        caveats=tuple(manifest.get("results", {}).get("caveats", [])),
        signature=(
            f"scores|unit:dialogue|interval:percentile,{RESAMPLES}|seed:{seed}|words:{NORMALISER}|f1:parlai|"
            f"content:{CONTENT}|ttr:first {RATIO_TOKENS}|distinct replies:among {AMONG}|"
            f"perplexity:token-weighted,with end mark|bleu, chrf:sacrebleu on normalised"
            f"{learned.signature}|parley:{parley_version()}"
        ),
        sums={
            domain: {name: metric.over(there, ground) for name, metric in metrics.items() if not metric.reason}
            for domain, there in places.items()
        },
    )


def _left(places: Mapping[str, Sequence[int]], ground: Ground, keep: Callable[[int], bool]) -> dict[str, list[int]]:
    """The places that are kept; none at all where it is not known what the model was trained on."""
    known = not ground.trained_on.reason
    return {domain: [place for place in there if known and keep(place)] for domain, there in places.items()}


def _count(places: Sequence[int], ground: Ground) -> dict[str, int]:
    return {
        "responses": len(places),
        "clusters": len(set(ground.clusters(places))),
        "references": sum(ground.rows[place].reference is not None for place in places),
    }


def _scores(metrics: Mapping[str, Metric], places: Sequence[int], ground: Ground, *, seed: int) -> dict[str, Score]:
    added = {name: metric.score(places, ground, seed=seed) for name, metric in metrics.items()}
    return added | _variety([ground.rows[place].text for place in places])


def _variety(texts: Sequence[str]) -> dict[str, Score]:
    """How varied the replies are together. Without intervals: a resample repeats texts, and repeats lower variety."""
    types = ratio_of_types(texts)
    return {
        "distinct_1": Score(distinct_n(texts, 1), reason=NO_INTERVAL),
        "distinct_2": Score(distinct_n(texts, 2), reason=NO_INTERVAL),
        "mtld": Score(lexical_variety(texts), reason=NO_INTERVAL),
        "type_token_ratio": Score(
            types, reason=NO_INTERVAL if types is not None else f"fewer than {RATIO_TOKENS} tokens"
        ),
        "distinct_replies": Score(distinct_share(texts), reason=NO_INTERVAL),
        "repeated_between": Score(repeated_between(texts), reason=NO_INTERVAL),
    }


def _at_home(
    metrics: Mapping[str, Metric], places: Mapping[str, Sequence[int]], ground: Ground, *, seed: int
) -> dict[str, Score]:
    """What the model's own domain is worth to it: F1 at home minus away, perplexity away over home.

    A model that knows nothing but its own corpus has a large one. Domains are resampled apart: their dialogues differ.
    """
    own = ground.trained_on.domains
    domains = [domain for domain in places if domain != ALL]
    home = [place for domain in domains if domain in own for place in places[domain]]
    away = [place for domain in domains if domain not in own for place in places[domain]]
    reason = ground.trained_on.reason or (
        "" if home and away else f"every domain is {'home' if home else 'away'}: nothing to compare"
    )
    if reason:
        return {name: Score(None, reason=reason) for name in HOME_METRICS}
    return {
        name: metrics[name]
        .over(home, ground)
        .against(metrics[name].over(away, ground), seed=seed, as_ratio=name.startswith("perplexity"))
        if not metrics[name].reason
        else Score(None, reason=metrics[name].reason)
        for name in HOME_METRICS
    }


def _parameters(manifest: Mapping[str, Any]) -> int | None:
    """The size of the model that answered, where its manifest tells it."""
    named = manifest.get("settings", {}).get("model")
    found = read_manifest(Path(named)).get("results", {}).get("parameters") if named else None
    return found if isinstance(found, int) else None


def _trained_on(manifest: Mapping[str, Any]) -> str:
    """The corpora that the model learned from, with their shares, and what it was told of traits there."""
    named = manifest.get("settings", {}).get("model")
    settings = read_manifest(Path(named)).get("settings", {}) if named else {}
    shares = [(str(each["corpus"]), each.get("share")) for each in settings.get("on", [])]
    corpora = [name if share in (None, 1) else f"{share:.0%} {name}" for name, share in shares if share != 0]
    if not corpora:
        return ""
    told = {"with_traits": not settings.get("with_traits", True), "shuffle_traits": settings.get("shuffle_traits")}
    words = {"with_traits": "without traits", "shuffle_traits": "shuffled traits"}
    most = settings.get("most_words")
    limits = [f"at most {most:,} words"] if most else []
    return ", ".join([" + ".join(corpora), *(words[key] for key, said in told.items() if said), *limits])


def _warnings(domain: str, scores: dict[str, Score]) -> list[str]:
    warnings = []
    f1, shuffled = scores["f1"].value, scores["f1_shuffled"].value
    if f1 is not None and shuffled is not None and f1 < LEAST_F1_OVER_SHUFFLED * shuffled:
        warnings.append(
            f"{domain}: F1 is {f1:.3f}, and {shuffled:.3f} against other contexts' references: the replies hardly "
            "answer theirs."
        )
    use = scores["context_use"].value
    if use is not None and use < LEAST_CONTEXT_USE:
        warnings.append(
            f"{domain}: perplexity under other contexts is only {use:.2f} times as high: the model hardly uses its "
            "input."
        )
    distinct = scores["distinct_replies"].value
    if distinct is not None and distinct < LEAST_DISTINCT_REPLIES:
        warnings.append(f"{domain}: only {distinct:.0%} of the replies differ: the model says the same to everybody.")
    return warnings


def write_scores(folder: Path, scores: Scores) -> Path:
    """Write `scores.json` into a folder of responses, or beside a file of them."""
    path = folder / SCORES_FILE if folder.is_dir() else folder.with_name(f"{folder.name}.{SCORES_FILE}")
    with new_file(path) as out:
        json.dump(scores.as_json(), out, indent=2, ensure_ascii=False)
        out.write("\n")
    return path
