"""Tokens counted with real tokenizers of a few words, and what is said where there is none."""

import pytest
import tiktoken
import tiktoken.model
import tiktoken.registry
from tokenizers import Tokenizer, models, pre_tokenizers

from generation.money.counting import CHARACTERS, NoTokenizer, tokens_of


def a_tokenizer(folder):
    """One token for each word."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "hello": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_a_tokenizer_in_a_folder_counts(tmp_path):
    tokens = tokens_of("mock", a_tokenizer(tmp_path))

    assert tokens.in_text("hello there my friend") == 4
    assert (tokens.counted, tokens.how) == (True, f"counted with {tmp_path / 'tokenizer.json'}")


def test_a_request_has_the_tokens_of_its_messages_of_its_frame_and_of_its_schema(tmp_path):
    tokens = tokens_of("mock", a_tokenizer(tmp_path))
    messages = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"}]

    # Two words and one, 4 around each message, 3 before the answer; the schema is { " a " : 1 }.
    assert tokens.in_request(messages) == 2 + 1 + 2 * 4 + 3
    assert tokens.in_request(messages, {"a": 1}) == tokens.in_request(messages) + tokens.in_text('{"a": 1}')


def test_tiktoken_counts_where_its_vocabulary_is_at_hand(monkeypatch):
    one_each = {bytes([byte]): byte for byte in range(256)}
    encoding = tiktoken.Encoding("bytes", pat_str=r".", mergeable_ranks=one_each, special_tokens={})
    monkeypatch.setitem(tiktoken.model.MODEL_TO_ENCODING, "mock", "bytes")
    monkeypatch.setitem(tiktoken.registry.ENCODINGS, "bytes", encoding)

    tokens = tokens_of("mock")

    assert tokens.in_text("grün") == 5
    assert tokens.how == "counted with tiktoken's bytes"


def test_nothing_is_fetched_to_count(monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("socket.socket.connect", lambda *args: pytest.fail("the network was asked"))
    tiktoken.registry.ENCODINGS.pop("o200k_base", None)

    assert tokens_of("gpt-4o-mini") is CHARACTERS


def test_a_model_that_nobody_knows_is_estimated_and_that_is_said():
    tokens = tokens_of("my-own-model")

    assert (tokens.counted, tokens.how) == (False, "estimated from characters, 4 to a token")
    assert tokens.in_text("hello") == 2


@pytest.mark.parametrize("content", [None, "{", '{"model": 3}'])
def test_a_folder_without_a_tokenizer_is_refused_with_its_path(tmp_path, content):
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)

    with pytest.raises(NoTokenizer, match=str(tmp_path)):
        tokens_of("mock", tmp_path)
