"""As much of a study as a preview shows: a few contexts, one control of each kind, made into a study in no time.

A transaction that makes a study of thousands holds up, on SQLite, whoever judges meanwhile.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from evaluation.drafts.drafting import ready
from evaluation.drafts.uploading import telling_what_is_wrong
from evaluation.material.gathering import Gathered, alike, called_by, find_responses
from evaluation.models import Study, StudyDraft
from evaluation.opening.importing import create_study
from evaluation.stats.preferences.seeds import checkpoint_name
from evaluation.study_files.study_file import StudyFile
from evaluation.study_files.telling_table import Controls
from evaluation.study_files.uploaded_files import in_a_folder
from training.data.responses import Response, read_responses

# Enough to see how pairs differ, and few enough to be made while somebody waits.
CONTEXTS: Final = 6
# Of which pairs with known answers are made too: 20 for practice and 40 checks at most.
KEPT: Final = 90
# Of a study as small as a preview's so small a share is one pair.
ONE_OF_THEM: Final = 0.001


@dataclass(frozen=True)
class Few:
    """A study file and what was gathered for it, cut down to what a preview shows.

    `samples` are the second answers that A/A pairs are made of, as files by name.
    """

    file: StudyFile
    gathered: Gathered
    samples: Mapping[str, bytes] = field(default_factory=dict)


def few(draft: StudyDraft) -> Few:
    """As much of the draft as a preview shows, read once for each content; raises `UploadRefused`."""
    files = tuple(draft.files.order_by("name").values_list("name", "digest"))
    return _few(draft.pk, draft.name, draft.toml, files)


# All that the answer hangs on is in the key: large files take seconds to read.
@lru_cache(maxsize=16)
def _few(number: int, name: str, toml: str, files: tuple[tuple[str, str], ...]) -> Few:
    with ready(StudyDraft.objects.get(pk=number)) as known:
        with telling_what_is_wrong(known.file.folder):
            second = {each: list(_second(each, known.file, known.gathered)) for each in _samples_of(known.file)}
        gathered = few_contexts(known.gathered, always=_told_apart(second.values(), known.gathered))
        samples = {
            f"sample-{number}.jsonl": _as_lines(each for each in said if each.context.id in gathered.contexts)
            for number, said in enumerate(second.values())
        }
    return Few(few_of(known.file, samples=tuple(f"./{each}" for each in samples)), gathered, samples)


def study_to_show(known: Few, *, now: datetime) -> Study:
    """A study of a few of the draft's contexts; to be called where nothing is kept."""
    name = f"preview-{secrets.token_hex(8)}"
    with in_a_folder(known.samples) as folder:
        return create_study(name=name, file=replace(known.file, folder=folder), gathered=known.gathered, now=now).study


def few_of(file: StudyFile, *, samples: tuple[str, ...] = ()) -> StudyFile:
    """The file with fewer contexts, each once, and of controls one of each kind."""
    if file.kind == "persona":
        contexts = replace(file.contexts, per_level=1)
    else:
        contexts = replace(file.contexts, per_domain=min(file.contexts.per_domain or CONTEXTS, CONTEXTS))
    said = file.controls
    controls = said and Controls(
        aa_share=min(said.aa_share, ONE_OF_THEM), ceiling_share=min(said.ceiling_share, ONE_OF_THEM), samples=samples
    )
    return replace(file, contexts=contexts, judgments_per_pair=1, repeat_share=0.0, controls=controls)


def few_contexts(gathered: Gathered, *, always: Iterable[str] = ()) -> Gathered:
    """What was gathered, of contexts taken evenly from each domain, and of a few of those that are `always` wanted."""
    if gathered.kind != "pair" or len(gathered.contexts) <= KEPT:
        return gathered
    domains: dict[str, list[str]] = {}
    for identifier, context in gathered.contexts.items():
        domains.setdefault(context.domain, []).append(identifier)
    share = max(2 * CONTEXTS, KEPT // len(domains))
    kept = set(list(always)[:CONTEXTS]) | {
        identifier
        for identifiers in domains.values()
        for identifier in identifiers[:: max(1, len(identifiers) // share)][:share]
    }
    return replace(
        gathered,
        contexts={key: context for key, context in gathered.contexts.items() if key in kept},
        systems=tuple(
            replace(each, responses={key: said for key, said in each.responses.items() if key in kept})
            for each in gathered.systems
        ),
    )


def _samples_of(file: StudyFile) -> tuple[str, ...]:
    return file.controls.samples if file.controls and file.controls.aa_share else ()


def _second(named: str, file: StudyFile, gathered: Gathered) -> Iterator[Response]:
    """What a file of second answers says in contexts of the study."""
    path = find_responses(named, folder=file.folder)
    for response in read_responses(path, default_system=called_by(path.name)):
        if response.context.id in gathered.contexts:
            yield response


def _told_apart(files: Iterable[Iterable[Response]], gathered: Gathered) -> Iterator[str]:
    """The contexts in which a second answer differs from the first: only there an A/A pair can be made."""
    first = {each.system: each.responses for each in gathered.systems}
    for response in (each for said in files for each in said):
        before = first.get(checkpoint_name(response.system, response.run), {}).get(response.context.id)
        if before is not None and response.text.strip() and not alike(response.text, before.text):
            yield response.context.id


def _as_lines(responses: Iterable[Response]) -> bytes:
    return "".join(f"{json.dumps(each.as_json(), ensure_ascii=False)}\n" for each in responses).encode()
