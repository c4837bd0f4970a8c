"""Trained models behind an OpenAI-compatible endpoint, over real HTTP."""

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.conftest import ROOT
from tests.training.builders import a_bart_checkpoint, a_checkpoint_recipe, toy_corpus
from tests.training.model_server import ModelServer
from training.data.responses import read_responses
from training.models.checkpoints import load_checkpoint, save_model, set_generation
from training.serving.answering_together import SameName, load

pytestmark = pytest.mark.torch

TOLD = {"persona": ["i like to ski.", "i have two dogs."], "traits": {"extraversion": "high"}}
HI = [{"role": "user", "content": "hi"}]
OTHER = {"persona": ["i bake bread.", "i work as a pilot."]}


@pytest.fixture(scope="module")
def model(trained_home: Path) -> Path:
    return trained_home / "models" / "pt"


@pytest.fixture(scope="module")
def served(model: Path):
    with ModelServer(model) as server:
        yield server


def test_respond_gets_the_very_replies_that_it_gets_from_the_model_itself(served, trained_home, parley_home):
    toy_corpus(parley_home)
    (parley_home / "models").mkdir()
    (parley_home / "models" / "pt").symlink_to(trained_home / "models" / "pt")
    words = ("--to-contexts", "toy/test", "--quiet", "--system", "pt")

    call_command("respond", "--model", "pt", *words, "--to", "here")
    call_command("respond", "--model", "openai:pt", "--base-url", served.base_url, *words, "--to", "there")

    here, there = (list(read_responses(parley_home / "responses" / name)) for name in ("here", "there"))
    assert there == here
    assert len({each.text for each in here}) > 5


def test_a_completion_has_the_form_that_clients_expect(served):
    status, answer = served.complete(parley=TOLD)

    choice = answer["choices"][0]
    assert (status, answer["object"], answer["model"]) == (200, "chat.completion", "pt")
    assert (choice["index"], choice["message"]["role"], choice["finish_reason"]) == (0, "assistant", "stop")
    assert len(answer["choices"]) == 1
    assert choice["message"]["content"]
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_usage_counts_the_pieces_that_were_read_and_written(served):
    whole = served.complete(parley=TOLD)[1]
    cut = served.complete(parley=TOLD, max_tokens=3)[1]
    shorter = served.complete()[1]

    assert (cut["usage"]["completion_tokens"], cut["choices"][0]["finish_reason"]) == (3, "length")
    assert whole["choices"][0]["message"]["content"].startswith(cut["choices"][0]["message"]["content"])
    assert whole["usage"]["completion_tokens"] > 3
    assert shorter["usage"]["prompt_tokens"] < whole["usage"]["prompt_tokens"]


def test_the_servers_own_bound_is_where_a_reply_stops(model):
    with ModelServer(model, most_new_tokens=3) as server:
        _, answer = server.complete(parley=TOLD, max_tokens=200)

    assert (answer["usage"]["completion_tokens"], answer["choices"][0]["finish_reason"]) == (3, "stop")


def test_models_are_listed_and_looked_up(served):
    status, listed = served.send("/models")

    assert (status, listed["object"], [each["id"] for each in listed["data"]]) == (200, "list", ["pt"])
    assert served.send("/models/pt") == (200, listed["data"][0])
    assert served.send("/models/nobody")[0] == 404


def test_the_openai_client_talks_to_it(served):
    import openai

    client = openai.OpenAI(base_url=served.base_url, api_key="none")
    said = [{"role": "user", "content": "hi ! what do you like to do ?"}]

    answer = client.chat.completions.create(model="pt", messages=said, extra_body={"parley": TOLD})
    with pytest.raises(openai.BadRequestError, match="n is not supported"):
        client.chat.completions.create(model="pt", messages=said, n=2)
    with pytest.raises(openai.NotFoundError, match="'gpt' does not exist"):
        client.chat.completions.create(model="gpt", messages=said)

    assert answer.choices[0].message.content == served.complete(parley=TOLD)[1]["choices"][0]["message"]["content"]
    assert [each.id for each in client.models.list()] == ["pt"]


def test_a_sample_hangs_on_its_seed_and_its_chat_alone(served):
    def sampled(seed: int, told: dict = TOLD) -> str:
        return served.complete(parley=told, temperature=1.5, seed=seed)[1]["choices"][0]["message"]["content"]

    alone = [sampled(seed) for seed in range(6)]
    with ThreadPoolExecutor(12) as together:
        again = list(together.map(sampled, [*range(6), *range(6)], [*[TOLD] * 6, *[OTHER] * 6]))

    assert again[:6] == alone
    assert len(set(alone)) > 1
    assert again[6:] != alone


def test_without_a_seed_samples_differ(served):
    said = {served.complete(temperature=2.0)[1]["choices"][0]["message"]["content"] for _ in range(6)}

    assert len(said) > 1


def test_what_arrives_together_is_answered_together_and_alike(model):
    told = [{"persona": [f"i have {number} dogs."]} for number in range(8)]
    with ModelServer(model, wait=0.3, batch_size=5) as server, ThreadPoolExecutor(8) as together:
        one_by_one = [server.complete(parley=each)[1]["choices"] for each in told]
        server.gathering.batches.clear()
        at_once = [answer["choices"] for _, answer in together.map(lambda each: server.complete(parley=each), told)]
        batches = list(server.gathering.batches)

    assert at_once == one_by_one
    assert (sum(batches), max(batches)) == (8, 5)


def test_one_that_cannot_be_answered_does_not_spoil_the_others(model):
    long = {"persona": ["i like to ski and to bake. " * 300]}
    with ModelServer(model, wait=0.3) as server, ThreadPoolExecutor(2) as together:
        (bad, refusal), (good, _) = together.map(lambda each: server.complete(parley=each), (long, TOLD))

    assert (bad, good) == (400, 200)
    assert refusal["error"]["code"] == "context_length_exceeded"
    assert "at most 1024 are read" in refusal["error"]["message"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chat/completions", b"{", 400),
        ("/chat/completions", b"[" * 100_000, 400),
        ("/chat/completions", b"\xff", 400),
        ("/chat/completions", [], 400),
        ("/chat/completions", {"model": "gpt", "messages": HI}, 404),
        ("/chat/completions", b" " * 300_000, 413),
        ("/chat/completions", None, 405),
        ("/embeddings", {}, 404),
    ],
    ids=["torn", "deep", "no utf-8", "no object", "no such model", "large", "wrong method", "no such address"],
)
def test_what_cannot_be_answered_is_said_as_openai_says_it(served, path, body, status):
    found, answer = served.send(path, body)

    assert found == status
    assert set(answer["error"]) == {"message", "type", "param", "code"}
    assert answer["error"]["type"] == "invalid_request_error"
    assert served.complete()[0] == 200


def test_a_failing_model_is_a_server_error_and_is_asked_again_next_time(model, monkeypatch):
    with ModelServer(model) as server:
        kept = server.gathering.models["pt"]
        monkeypatch.setattr(kept, "answer", lambda *_, **__: 1 / 0)
        failed = server.complete()
        monkeypatch.undo()
        mended = server.complete()

    assert (failed[0], failed[1]["error"]["type"], mended[0]) == (500, "server_error", 200)
    assert "ZeroDivisionError" not in failed[1]["error"]["message"]


def test_more_than_may_wait_are_told_to_come_back(model):
    with ModelServer(model, wait=0.5, most_waiting=2) as server, ThreadPoolExecutor(8) as together:
        found = sorted(status for status, _ in together.map(lambda _: server.complete(), range(8)))

    assert found.count(429) >= 4
    assert found.count(200) >= 2


def test_stopping_finishes_what_is_being_answered(model):
    found = []
    with ModelServer(model, wait=0.5) as server:
        asking = threading.Thread(target=lambda: found.append(server.complete()))
        asking.start()
        while asking.is_alive() and not server.gathering.batches:
            time.sleep(0.005)
        server.stop()
        asking.join()

    assert [status for status, _ in found] == [200]


def test_a_model_with_a_start_mark_of_its_own_counts_what_it_chose(tmp_path):
    recipe = a_checkpoint_recipe(a_bart_checkpoint(tmp_path / "bart"), name="bart-base")
    model, tokenizer = load_checkpoint(recipe)
    set_generation(model, tokenizer, max_new_tokens=20)
    save_model(tmp_path / "ours", model=model, tokenizer=tokenizer, template=recipe.template(with_traits=True))

    with ModelServer(tmp_path / "ours") as server:
        _, answer = server.complete(model="ours", max_tokens=4)

    # One of the four is <s>, which is given.
    assert answer["usage"]["completion_tokens"] <= 3


def test_two_models_of_one_name_are_refused(model):
    with pytest.raises(SameName, match="called pt"):
        load([model, Path("elsewhere") / "pt"])


def test_the_command_says_its_address_and_ends_on_ctrl_c(model):
    words = [sys.executable, "manage.py", "serve_model", str(model), "--port", "0"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        server = ModelServer()
        server.base_url = said.split()[2]
        answer = server.complete()
        process.send_signal(signal.SIGINT)
        ended = process.wait(20)

    assert said.startswith("pt at http://127.0.0.1:")
    assert (answer[0], ended) == (200, 0)
