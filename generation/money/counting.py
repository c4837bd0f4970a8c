"""How many tokens a prompt has: counted with the model's tokenizer where one is at hand, else estimated."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# English text under the tokenizers of today's models.
CHARACTERS_PER_TOKEN: Final = 4
# What a chat template puts around each message and before the answer, with OpenAI's models; elsewhere it is about that.
AROUND_MESSAGE: Final = 4
AROUND_ANSWER: Final = 3

Messages = Sequence[Mapping[str, str]]


class NoTokenizer(ValueError):
    """A folder that has no tokenizer that can be read."""


@dataclass(frozen=True)
class Tokens:
    """A way to count tokens; `how` says which, for people, and `counted` whether it is more than an estimate."""

    how: str
    counted: bool
    in_text: Callable[[str], int]

    def in_request(self, messages: Messages, form: Mapping[str, Any] | None = None) -> int:
        """Those of a conversation, with what stands around it and the schema of its answer."""
        texts = [message["content"] for message in messages] + ([json.dumps(form)] if form else [])
        return AROUND_ANSWER + AROUND_MESSAGE * len(messages) + sum(self.in_text(text) for text in texts)


CHARACTERS: Final = Tokens(
    f"estimated from characters, {CHARACTERS_PER_TOKEN} to a token",
    False,
    lambda text: -(-len(text) // CHARACTERS_PER_TOKEN),
)


def tokens_of(model: str, folder: Path | None = None) -> Tokens:
    """The tokenizer in `folder`, else tiktoken's of that name, else an estimate from characters; nothing is fetched."""
    if folder is not None:
        return _from_folder(folder)
    return _from_tiktoken(model) or CHARACTERS


def _from_folder(folder: Path) -> Tokens:
    file = folder if folder.is_file() else folder / "tokenizer.json"
    if not file.is_file():
        raise NoTokenizer(f"--tokenizer: expected a tokenizer.json, or a folder with one, at {folder}")
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise NoTokenizer("--tokenizer needs the tokenizers package: pip install 'parley[train]'") from error
    try:
        tokenizer = Tokenizer.from_file(str(file))
    # The library raises a bare Exception for whatever is wrong with the file.
    except Exception as error:
        raise NoTokenizer(f"--tokenizer: cannot read {file}: {error}") from error
    return Tokens(f"counted with {file}", True, lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids))


def _from_tiktoken(model: str) -> Tokens | None:
    """Of a model that tiktoken knows, whose vocabulary is in its cache; None for any other."""
    try:
        import tiktoken
        import tiktoken.load
    except ImportError:
        return None
    fetch = tiktoken.load.read_file
    tiktoken.load.read_file = _not_from_the_network
    try:
        encoding = tiktoken.encoding_for_model(model)
    except (KeyError, OSError, ValueError):
        return None
    finally:
        tiktoken.load.read_file = fetch
    return Tokens(f"counted with tiktoken's {encoding.name}", True, lambda text: len(encoding.encode_ordinary(text)))


def _not_from_the_network(blobpath: str) -> bytes:
    """In place of tiktoken's own: to say what a run would cost must ask nobody, nor wait for anybody."""
    raise OSError(f"{blobpath} is not in the cache")
