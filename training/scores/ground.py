"""What responses are scored on: the rows, other contexts to hold them against, and what their model had seen."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.manifest import digest_of_file, read_manifest
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.home import NoSuchName
from training.answering.systems import OPENAI
from training.data.encoding import Encoder
from training.data.examples import NotAModel
from training.data.responses import Response
from training.data.sources import LEARNED_FROM, read_source
from training.models.checkpoints import WEIGHTS_FILE, load_model
from training.models.perplexity import Likelihood, likelihoods
from training.scores.metrics import same_reply_key


@dataclass(frozen=True)
class Predicted:
    """How likely the references were to the model: in their contexts, and each in another's; or why that is not known.

    Rows without a reference have None. `shuffled` is None throughout a domain that has too few dialogues to shuffle.
    """

    real: Sequence[Likelihood | None]
    shuffled: Sequence[Likelihood | None]
    reason: str = ""


@dataclass(frozen=True)
class TrainedOn:
    """What the model learned from: replies and personas, evened out, and its domains; or why that is not known."""

    replies: frozenset[str] = frozenset()
    personas: frozenset[PersonaKey] = frozenset()
    domains: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True)
class Ground:
    """The responses of one system with all that their scores need; `partners` as `others` gives them."""

    rows: Sequence[Response]
    partners: Sequence[int | None]
    predicted: Predicted
    trained_on: TrainedOn
    manifest: dict[str, Any] = field(default_factory=dict)

    def clusters(self, places: Sequence[int]) -> list[str]:
        """The dialogues of these rows."""
        return [self.rows[place].context.cluster for place in places]

    def reference_seen(self, place: int) -> bool:
        """Whether the row's reference stands word for word in the training corpus."""
        return same_reply_key(self.rows[place].reference or "") in self.trained_on.replies

    def persona_seen(self, place: int) -> bool:
        """Whether anybody in the training corpus has the row's persona, evened out."""
        return same_persona_key(self.rows[place].context.persona) in self.trained_on.personas


def survey(rows: Sequence[Response], *, manifest: dict[str, Any], seed: int, batch_size: int) -> Ground:
    """Everything that scores of these rows are made from; the model and its corpora are found by the manifest."""
    partners = others(rows, seed=seed)
    return Ground(
        rows=rows,
        partners=partners,
        predicted=_predicted(rows, partners, manifest=manifest, batch_size=batch_size),
        trained_on=_trained_on(manifest),
        manifest=manifest,
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


def _predicted(
    rows: Sequence[Response], partners: Sequence[int | None], *, manifest: dict[str, Any], batch_size: int
) -> Predicted:
    """By the model that answered; of a system with several training runs each row by the run that answered it."""
    settings, inputs = manifest.get("settings", {}), manifest.get("inputs", {})
    runs = settings.get("runs")
    if not runs:
        digest = inputs.get("model", {}).get("sha256")
        return _predicted_by(
            settings.get("model"), range(len(rows)), rows, partners, digest=digest, batch_size=batch_size
        )
    real: list[Likelihood | None] = [None] * len(rows)
    shuffled: list[Likelihood | None] = [None] * len(rows)
    for number, named in enumerate(runs, start=1):
        own = [place for place, row in enumerate(rows) if row.run == number]
        digest = inputs.get("model" if number == 1 else f"model {number}", {}).get("sha256")
        found = _predicted_by(named, own, rows, partners, digest=digest, batch_size=batch_size)
        if found.reason:
            return found
        for place in own:
            real[place], shuffled[place] = found.real[place], found.shuffled[place]
    return Predicted(real=real, shuffled=shuffled)


def _predicted_by(
    named: str | None,
    own: Sequence[int],
    rows: Sequence[Response],
    partners: Sequence[int | None],
    *,
    digest: str | None,
    batch_size: int,
) -> Predicted:
    """What one model makes of the references of the rows at the places `own`; None at all others."""
    if not named:
        return Predicted((), (), reason="no manifest names the model that answered")
    if named.startswith(OPENAI):
        return Predicted((), (), reason="an endpoint does not tell how likely the references are to its model")
    folder = Path(named)
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        return Predicted((), (), reason=f"the model is not at {folder.name}")
    if digest_of_file(weights) != digest:
        return Predicted((), (), reason=f"the model {folder.name} is no longer the one that answered")
    try:
        model, tokenizer, template = load_model(folder)
    except NotAModel as error:
        return Predicted((), (), reason=str(error))
    encoder = Encoder(tokenizer=tokenizer, template=template)

    def source(row: Response) -> tuple[int, ...]:
        context = row.context if row.given.persona else replace(row.context, persona=())
        return encoder.source(template.source(context, row.given.traits))

    known = [place for place in own if rows[place].reference is not None]
    sources = [source(row) for row in rows]
    moved = {place: other for place in known if (other := partners[place]) is not None}

    def measured(pairs: dict[int, int]) -> list[Likelihood | None]:
        encoded = [encoder.pair(sources[other], rows[place].reference or "") for place, other in pairs.items()]
        found = likelihoods(model, encoded, pad=tokenizer.pad_token_id, batch_size=batch_size)
        by_place = dict(zip(pairs, found, strict=True))
        return [by_place.get(place) for place in range(len(rows))]

    return Predicted(real=measured({place: place for place in known}), shuffled=measured(moved))


def _trained_on(manifest: dict[str, Any]) -> TrainedOn:
    named = manifest.get("settings", {}).get("model")
    trained = read_manifest(Path(named)) if named else {}
    if not trained:
        return TrainedOn(reason="no manifest says what the model was trained on")
    replies: set[str] = set()
    personas: set[PersonaKey] = set()
    domains: set[str] = set()
    for corpus in trained["settings"]["on"]:
        # At one end of a series of mixtures a corpus is named, and nothing of it is learned from.
        if corpus.get("share") == 0:
            continue
        try:
            source = read_source(corpus["corpus"])
            if digest_of_file(source.file) != trained["inputs"][corpus["corpus"]]["sha256"]:
                return TrainedOn(reason=f"the training corpus {corpus['corpus']} has changed since")
            dialogues = source.dialogues()
        except (NoSuchName, CorpusMissing, BadLine, OSError):
            return TrainedOn(reason=f"the training corpus {corpus['corpus']} is not at hand")
        for each in dialogues:
            if each.split == LEARNED_FROM:
                replies.update(same_reply_key(turn.text) for turn in each.turns)
                personas.update(same_persona_key(speaker.persona) for speaker in each.speakers)
                domains.add(each.id.split("/")[0])
    return TrainedOn(frozenset(replies), frozenset(personas), frozenset(domains))
