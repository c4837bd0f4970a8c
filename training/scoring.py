"""The automatic scores of a folder of responses, each beside the control that shows whether it means anything.

F1 stands beside F1 against other contexts' references, perplexity beside perplexity under other contexts: a model that
gives everybody the same reply has the same F1 either way, and one that ignores its input the same perplexity.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.lexical import NORMALISER
from generation.corpus.manifest import digest_of_file, new_file, parley_version, read_manifest
from generation.home import NoSuchName
from training.checkpoints import WEIGHTS_FILE, load_model
from training.encoding import Encoder
from training.examples import NotAModel
from training.intervals import RESAMPLES, Score, mean, ratio
from training.metrics import (
    AMONG,
    RATIO_TOKENS,
    distinct_n,
    distinct_share,
    ratio_of_types,
    same_reply_key,
    unigram_f1,
    words,
)
from training.perplexity import Likelihood, exponential, likelihoods
from training.responses import Response, ResponsesMissing, read_responses
from training.sources import LEARNED_FROM, read_source
from training.systems import OPENAI

FORMAT: Final = 1
SCORES_FILE: Final = "scores.json"
ALL: Final = "all"
# Below these a control is not passed; see docs/training.md for what good and collapsed models have.
LEAST_F1_OVER_SHUFFLED: Final = 1.1
LEAST_CONTEXT_USE: Final = 1.05
LEAST_DISTINCT_REPLIES: Final = 0.2


@dataclass(frozen=True)
class Scores:
    """The scores of one system: domain -> metric -> score, where the domain "all" has all responses."""

    system: str
    counts: dict[str, dict[str, int]]
    domains: dict[str, dict[str, Score]]
    warnings: tuple[str, ...]
    caveats: tuple[str, ...]
    signature: str

    def as_json(self) -> dict[str, Any]:
        """The scores as they stand in `scores.json`."""
        return {
            "format": FORMAT,
            "system": self.system,
            "domains": {
                domain: {"n": self.counts[domain], **{metric: score.as_json() for metric, score in scores.items()}}
                for domain, scores in self.domains.items()
            },
            "warnings": list(self.warnings),
            "caveats": list(self.caveats),
            "signature": self.signature,
        }


@dataclass(frozen=True)
class Predicted:
    """How likely the references were to the model: in their contexts, and each in another's; or why that is not known.

    Rows without a reference have None. `shuffled` is None throughout a domain that has too few dialogues to shuffle.
    """

    real: Sequence[Likelihood | None]
    shuffled: Sequence[Likelihood | None]
    reason: str = ""


def score(folder: Path, *, seed: int = 7, batch_size: int = 32) -> Scores:
    """Score the responses in `folder`; perplexity needs the model that gave them, and is null with a reason without."""
    rows = list(read_responses(folder))
    if not rows:
        raise ResponsesMissing(f"{folder}: there are no responses to score")
    manifest = read_manifest(folder) if folder.is_dir() else {}
    partners = others(rows, seed=seed)
    predicted = _predicted(rows, partners, manifest=manifest, batch_size=batch_size)
    trained_on, reason = _trained_on(manifest)
    domains = sorted({row.context.domain for row in rows})
    found: dict[str, dict[str, Score]] = {}
    counts: dict[str, dict[str, int]] = {}
    for domain in [ALL, *domains]:
        places = [place for place, row in enumerate(rows) if domain in (ALL, row.context.domain)]
        counts[domain] = {
            "responses": len(places),
            "clusters": len({rows[place].context.cluster for place in places}),
            "references": sum(rows[place].reference is not None for place in places),
        }
        found[domain] = {
            **_likelihood_scores(rows, places, predicted, trained_on, seed=seed),
            **_overlap_scores(rows, places, partners, seed=seed),
            **_variety_scores(rows, places, seed=seed),
            **_seen_scores(rows, places, trained_on, reason, seed=seed),
        }
    return Scores(
        system=rows[0].system,
        counts=counts,
        domains=found,
        warnings=tuple(text for domain in domains for text in _warnings(domain, found[domain])),
        caveats=tuple(manifest.get("results", {}).get("caveats", [])),
        signature=(
            f"scores|unit:dialogue|interval:percentile,{RESAMPLES}|seed:{seed}|words:{NORMALISER}|f1:parlai|"
            f"ttr:first {RATIO_TOKENS}|distinct replies:among {AMONG}|perplexity:token-weighted,with end mark|"
            f"parley:{parley_version()}"
        ),
    )


def others(rows: Sequence[Response], *, seed: int) -> list[int | None]:
    """For each row the place of a row of the same domain and another cluster, each used once.

    None throughout a domain where one dialogue has more than half of the rows: not all could get another's.
    """
    found: list[int | None] = [None] * len(rows)
    for domain in sorted({row.context.domain for row in rows}):
        clusters: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            if row.context.domain == domain:
                clusters.setdefault(row.context.cluster, []).append(place)
        order = sorted(clusters)
        random.Random(f"others {seed} {domain}").shuffle(order)
        places = [place for cluster in order for place in clusters[cluster]]
        # Rows of a cluster stand together, so a turn by the size of the largest takes each row out of its own.
        turn = max(map(len, clusters.values()))
        if 2 * turn <= len(places):
            for number, place in enumerate(places):
                found[place] = places[(number + turn) % len(places)]
    return found


def _likelihood_scores(
    rows: Sequence[Response], places: Sequence[int], predicted: Predicted, trained_on: set[str] | None, *, seed: int
) -> dict[str, Score]:
    """Perplexity in the right context, per piece and per word, and how much worse it is in a wrong one."""
    names = (
        "perplexity_per_piece",
        "perplexity_per_word",
        "perplexity_per_word_unseen",
        "perplexity_shuffled",
        "context_use",
    )
    if predicted.reason:
        return {name: Score(None, reason=predicted.reason) for name in names}
    known = [(place, found) for place in places if (found := predicted.real[place]) is not None]
    new = [(p, found) for p, found in known if trained_on is not None and _reference_key(rows[p]) not in trained_on]
    both = [(p, real, other) for p, real in known if (other := predicted.shuffled[p]) is not None]

    def per(unit: Callable[[int, Likelihood], float], of: Sequence[tuple[int, Likelihood]]) -> Score:
        return ratio(
            [found.negative_log for _, found in of],
            [unit(place, found) for place, found in of],
            [rows[place].context.cluster for place, _ in of],
            seed=seed,
            transform=exponential,
        )

    def pieces(_: int, found: Likelihood) -> float:
        return found.pieces

    def words_and_end(place: int, _: Likelihood) -> float:
        return words(rows[place].reference or "") + 1

    return {
        "perplexity_per_piece": per(pieces, known),
        "perplexity_per_word": per(words_and_end, known),
        "perplexity_per_word_unseen": per(words_and_end, new)
        if trained_on is not None
        else Score(None, reason="the training corpus is not at hand"),
        "perplexity_shuffled": per(pieces, [(place, other) for place, _, other in both]),
        "context_use": ratio(
            [other.negative_log - real.negative_log for _, real, other in both],
            [real.pieces for _, real, _ in both],
            [rows[place].context.cluster for place, *_ in both],
            seed=seed,
            transform=exponential,
        ),
    }


def _overlap_scores(
    rows: Sequence[Response], places: Sequence[int], partners: Sequence[int | None], *, seed: int
) -> dict[str, Score]:
    """F1 against what was really said, and against what was said in another context."""
    right = [(place, rows[place].reference) for place in places]
    wrong = [(place, rows[other].reference) for place in places if (other := partners[place]) is not None]

    def against(pairs: Sequence[tuple[int, str | None]]) -> Score:
        known = [(place, reference) for place, reference in pairs if reference is not None]
        return mean(
            [unigram_f1(rows[place].text, reference) for place, reference in known],
            [rows[place].context.cluster for place, _ in known],
            seed=seed,
        )

    return {"f1": against(right), "f1_shuffled": against(wrong)}


def _variety_scores(rows: Sequence[Response], places: Sequence[int], *, seed: int) -> dict[str, Score]:
    """How varied and how long the replies are.

    Variety has no interval: a resample repeats texts, and repeats lower it.
    """
    texts = [rows[place].text for place in places]
    no_interval = "no interval: resampling repeats texts"
    ratio_found = ratio_of_types(texts)
    return {
        "distinct_1": Score(distinct_n(texts, 1), reason=no_interval),
        "distinct_2": Score(distinct_n(texts, 2), reason=no_interval),
        "type_token_ratio": Score(
            ratio_found, reason=no_interval if ratio_found is not None else f"fewer than {RATIO_TOKENS} tokens"
        ),
        "distinct_replies": Score(distinct_share(texts), reason=no_interval),
        "words": mean([words(text) for text in texts], [rows[place].context.cluster for place in places], seed=seed),
    }


def _seen_scores(
    rows: Sequence[Response], places: Sequence[int], trained_on: set[str] | None, reason: str, *, seed: int
) -> dict[str, Score]:
    """The share of the replies, and of the references, that stand word for word in the training corpus."""
    if trained_on is None:
        return {name: Score(None, reason=reason) for name in ("replies_seen", "references_seen")}
    known = [place for place in places if rows[place].reference is not None]
    clusters = [row.context.cluster for row in rows]
    return {
        "replies_seen": mean(
            [float(same_reply_key(rows[place].text) in trained_on) for place in places],
            [clusters[place] for place in places],
            seed=seed,
        ),
        "references_seen": mean(
            [float(_reference_key(rows[place]) in trained_on) for place in known],
            [clusters[place] for place in known],
            seed=seed,
        ),
    }


def _reference_key(row: Response) -> str:
    return same_reply_key(row.reference or "")


def _predicted(
    rows: Sequence[Response], partners: Sequence[int | None], *, manifest: dict[str, Any], batch_size: int
) -> Predicted:
    named = manifest.get("settings", {}).get("model")
    if not named:
        return Predicted((), (), reason="no manifest names the model that answered")
    if named.startswith(OPENAI):
        return Predicted((), (), reason="an endpoint does not tell how likely the references are to its model")
    folder = Path(named)
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        return Predicted((), (), reason=f"the model is not at {folder.name}")
    if digest_of_file(weights) != manifest.get("inputs", {}).get("model", {}).get("sha256"):
        return Predicted((), (), reason=f"the model {folder.name} is no longer the one that answered")
    try:
        model, tokenizer, template = load_model(folder)
    except NotAModel as error:
        return Predicted((), (), reason=str(error))
    encoder = Encoder(tokenizer=tokenizer, template=template)

    def source(row: Response) -> tuple[int, ...]:
        context = row.context if row.given.persona else replace(row.context, persona=())
        return encoder.source(template.source(context, row.given.traits))

    known = [place for place, row in enumerate(rows) if row.reference is not None]
    sources = [source(row) for row in rows]
    moved = {place: other for place in known if (other := partners[place]) is not None}

    def measured(pairs: dict[int, int]) -> list[Likelihood | None]:
        encoded = [encoder.pair(sources[other], rows[place].reference or "") for place, other in pairs.items()]
        found = likelihoods(model, encoded, pad=tokenizer.pad_token_id, batch_size=batch_size)
        by_place = dict(zip(pairs, found, strict=True))
        return [by_place.get(place) for place in range(len(rows))]

    return Predicted(real=measured({place: place for place in known}), shuffled=measured(moved))


def _trained_on(manifest: dict[str, Any]) -> tuple[set[str] | None, str]:
    """The replies a model learned from, evened out; or None and the reason why they are not known."""
    named = manifest.get("settings", {}).get("model")
    trained = read_manifest(Path(named)) if named else {}
    if not trained:
        return None, "no manifest says what the model was trained on"
    replies: set[str] = set()
    for corpus in trained["settings"]["on"]:
        try:
            source = read_source(corpus["corpus"])
            if digest_of_file(source.file) != trained["inputs"][corpus["corpus"]]["sha256"]:
                return None, f"the training corpus {corpus['corpus']} has changed since"
            dialogues = source.dialogues()
        except (NoSuchName, CorpusMissing, BadLine, OSError):
            return None, f"the training corpus {corpus['corpus']} is not at hand"
        replies.update(
            same_reply_key(turn.text) for each in dialogues if each.split == LEARNED_FROM for turn in each.turns
        )
    return replies, ""


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
