"""Small files in each of the forms in which PersonaChat is found."""

import csv
import io
import json
from pathlib import Path
from typing import Any

ADA = ("i have two dogs.", "i live by the sea.")
BO = ("i bake bread.", "i am a nurse.")
TEXTS = ("hi ! how are you ?", "good , just back from work .", "what do you do ?", "i am a nurse .")


def fbdialog(*, your: tuple[str, ...] = BO, partners: tuple[str, ...] = ADA, texts: tuple[str, ...] = TEXTS) -> str:
    """A dialogue as ParlAI's text has it: "your" side replies, so it is the second speaker."""
    lines = [f"your persona: {sentence}" for sentence in your]
    lines += [f"partner's persona: {sentence}" for sentence in partners]
    lines += [f"{said}\t{reply}" for said, reply in zip(texts[::2], texts[1::2], strict=True)]
    return "".join(f"{number} {line}\n" for number, line in enumerate(lines, start=1))


def hub_row(*, personality: tuple[str, ...] = BO, texts: tuple[str, ...] = TEXTS) -> dict[str, Any]:
    """A dialogue as the hub's JSON has it: who speaks last replies, and a distractor stands before each true reply."""
    first = len(texts) % 2
    return {
        "personality": list(personality),
        "utterances": [
            {"history": list(texts[:end]), "candidates": ["i like turtles .", texts[end]]}
            for end in range(1 - first, len(texts), 2)
            if end
        ],
    }


def synthetic(*records: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> str:
    """Synthetic-Persona-Chat's CSV: both personas and the lines of the conversation."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["user 1 personas", "user 2 personas", "Best Generated Conversation"])
    writer.writerows(["\n".join(field) for field in record] for record in records)
    return out.getvalue()


def a_file(path: Path, content: str | list[Any] | dict[str, Any]) -> str:
    """Write it: text as it is, a list as JSON lines, an object as JSON; returns the path as one types it."""
    if isinstance(content, list):
        content = "".join(json.dumps(row) + "\n" for row in content)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    return str(path)
