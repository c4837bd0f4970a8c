"""The files of requests that go out in batches, kept on the disk with how far each has come.

`batches/NAME.jsonl` is the very file that is uploaded; `batches/NAME.json` beside it says whether it was, under which
id its batch goes, and whether the results were collected. Each step is on the disk before the next is taken, so a run
that is stopped or killed, and begun again on another day, finds every batch that it ever began.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from generation.corpus.manifest import digest_of, new_file
from generation.money.spending import CAP

BATCHES: Final = "batches"
# What a file may have at most, at OpenAI and Azure alike: 50,000 lines and 200 MB, of which a little is left free.
MOST_LINES: Final = 50_000
MOST_BYTES: Final = 190_000_000
CHAT: Final = "/v1/chat/completions"


class BadSheet(ValueError):
    """A file under `batches/` that is not as it was written."""


@dataclass(frozen=True)
class Line:
    """One request of a batch, and what its answer will be known by."""

    what: str
    request: Mapping[str, Any]
    sample: int
    round_: int

    @property
    def digest(self) -> str:
        """The digest of the request."""
        return digest_of(self.request)

    @property
    def key(self) -> dict[str, Any]:
        """What a line of the journal begins with."""
        asked = {"request": self.digest, "sample": self.sample, "round": self.round_, "what": self.what}
        return asked | {"asked_for": self.request["model"]}

    @property
    def name(self) -> str:
        """The `custom_id`: short enough for every endpoint, and long enough to be the only one."""
        return f"{self.what}.{self.round_}.{self.sample}.{self.digest[:32]}"

    def as_text(self, body: Mapping[str, Any] | None = None) -> str:
        """The line of the file, with its end; `body` is what is sent where that is more than the request."""
        sent = {"custom_id": self.name, "method": "POST", "url": CHAT, "body": dict(body or self.request)}
        return json.dumps(sent, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Sheet:
    """One file of requests, and how far it has come: the ids of the file and the batch at the endpoint."""

    name: str
    lines: int
    begun_at: str
    file_id: str | None = None
    batch_id: str | None = None
    ended: str | None = None


class Sheets:
    """All sheets of a corpus, in its folder."""

    def __init__(self, corpus: Path) -> None:
        self.folder = corpus / BATCHES

    def open(self) -> list[Sheet]:
        """Those whose results were not collected yet, in the order in which they were written."""
        return [sheet for sheet in self._all() if sheet.ended is None]

    def _all(self) -> Iterator[Sheet]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                yield Sheet(**json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, TypeError) as error:
                raise BadSheet(f"{path}: not the state of a batch: {error}") from error

    def file(self, sheet: Sheet) -> Path:
        """The file that is uploaded."""
        return self.folder / f"{sheet.name}.jsonl"

    def write(self, lines: Sequence[str], *, token: str, now: str) -> Sheet:
        """A new sheet of these lines; `token` makes its name the only one at the endpoint too."""
        number = sum(1 for _ in self.folder.glob("*.json")) + 1
        name = f"parley-{number:04}-{token}"
        with new_file(self.folder / f"{name}.jsonl") as out:
            out.writelines(lines)
        return self._save(Sheet(name, len(lines), now))

    def note(self, sheet: Sheet, **progress: str) -> Sheet:
        """The sheet one step further, on the disk before this returns."""
        return self._save(replace(sheet, **progress))  # type: ignore[arg-type]

    def _save(self, sheet: Sheet) -> Sheet:
        with new_file(self.folder / f"{sheet.name}.json") as out:
            json.dump(asdict(sheet), out)
        return sheet

    def read(self, sheet: Sheet) -> dict[str, Line]:
        """The lines of a sheet by their `custom_id`, with the requests as they were made."""
        lines: dict[str, Line] = {}
        try:
            with self.file(sheet).open(encoding="utf-8") as rows:
                for row in rows:
                    data = json.loads(row)
                    what, round_, sample, _ = data["custom_id"].rsplit(".", 3)
                    # How long the answer may be was added when it was sent.
                    request = {key: value for key, value in data["body"].items() if key != CAP}
                    line = Line(what, request, int(sample), int(round_))
                    lines[line.name] = line
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSheet(f"{self.file(sheet)}: cannot read the requests of a batch: {error}") from error
        return lines
