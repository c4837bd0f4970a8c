"""The same answer to a context whatever stands beside it in the batch."""

from collections import Counter
from pathlib import Path

import pytest

from tests.training.builders import a_model, an_encoder, toy_examples
from training.answering.decoding import Decoding, Question, decode, seed_of
from training.data.encoding import Encoder
from training.models.checkpoints import load_model

pytestmark = pytest.mark.torch

# 40 held-out contexts: the greedy replies to them are far from all the same.
EXAMPLES = toy_examples("test", test=8)


@pytest.fixture(scope="module")
def pt(trained_home: Path):
    return load_model(trained_home / "models" / "pt")


@pytest.fixture(scope="module")
def questions(pt):
    _, tokenizer, template = pt
    encoder = Encoder(tokenizer=tokenizer, template=template)
    return [
        Question(id=each.context.id, source=encoder.source(template.source(each.context, each.traits)))
        for each in EXAMPLES
    ]


def replies(pt, questions, decoding: Decoding, *, seed: int = 7, batch_size: int = 16) -> dict[str, str]:
    model, tokenizer, _ = pt
    found = {}
    for batch in decode(model, tokenizer, questions, decoding=decoding, seed=seed, batch_size=batch_size):
        found |= {questions[place].id: text for place, text in batch}
    assert len(found) == len(questions)
    return found


@pytest.mark.parametrize("manner", ["greedy", "beam", "sample"])
def test_neither_batch_size_nor_order_changes_a_reply(pt, questions, manner):
    decoding = Decoding(manner=manner, max_new_tokens=20)

    one_by_one = replies(pt, questions, decoding, batch_size=1)

    # Equality would say nothing of a model that gives everybody the same.
    assert len(set(one_by_one.values())) > 10
    assert replies(pt, questions, decoding, batch_size=7) == one_by_one
    assert replies(pt, questions[::-1], decoding, batch_size=40) == one_by_one


def test_a_sampled_reply_does_not_depend_on_who_else_is_asked(pt, questions):
    decoding = Decoding(manner="sample", max_new_tokens=20)

    some = replies(pt, questions[3:9], decoding)

    assert some.items() <= replies(pt, questions, decoding).items()


def test_another_seed_draws_other_replies(pt, questions):
    decoding = Decoding(manner="sample", max_new_tokens=20, temperature=1.5)

    assert replies(pt, questions, decoding, seed=7) == replies(pt, questions, decoding, seed=7)
    assert replies(pt, questions, decoding, seed=7) != replies(pt, questions, decoding, seed=8)


def test_draws_follow_the_models_probabilities(pt, questions):
    import torch

    model, tokenizer, _ = pt
    opening = next(each for each in questions if each.id.endswith("#1"))
    with torch.no_grad():
        logits = model(
            input_ids=torch.tensor([opening.source]),
            decoder_input_ids=torch.tensor([[model.config.decoder_start_token_id]]),
        ).logits[0, -1]
    temperature = 4.0
    wanted = torch.softmax(logits / temperature, dim=-1)
    many = [Question(id=f"draw {number}", source=opening.source) for number in range(2000)]
    decoding = Decoding(manner="sample", max_new_tokens=1, top_p=1.0, temperature=temperature)

    drawn = Counter(replies((model, tokenizer, None), many, decoding, batch_size=500).values())

    likeliest = wanted.topk(3)
    for share, piece in zip(likeliest.values.tolist(), likeliest.indices.tolist(), strict=True):
        # Three standard errors of a share among 2,000 draws.
        error = 3 * (share * (1 - share) / 2000) ** 0.5
        assert drawn[tokenizer.decode([piece]).strip()] / 2000 == pytest.approx(share, abs=error)


def test_top_p_draws_only_from_the_likeliest(pt, questions):
    greedy = replies(pt, questions, Decoding(max_new_tokens=20))

    assert replies(pt, questions, Decoding(manner="sample", max_new_tokens=20, top_p=1e-6)) == greedy


def test_a_model_that_ends_at_once_says_nothing():
    import torch

    tokenizer = an_encoder().tokenizer
    model = a_model(tokenizer)
    questions = [Question(id="a", source=(5, 6, 1)), Question(id="b", source=(5, 1))]
    # An output matrix in which the end mark alone is like the state that the decoder begins with.
    asked = {"input_ids": torch.tensor([questions[0].source]), "decoder_input_ids": torch.tensor([[0]])}
    with torch.no_grad():
        state = model(**asked, output_hidden_states=True).decoder_hidden_states[-1][0, -1]
        model.lm_head.weight = torch.nn.Parameter(torch.zeros_like(model.lm_head.weight))
        model.lm_head.weight[tokenizer.eos_token_id] = state

    assert replies((model, tokenizer, None), questions, Decoding(max_new_tokens=5)) == {"a": "", "b": ""}


def test_only_the_settings_that_bear_on_the_manner_are_kept():
    assert Decoding().as_json() == {"manner": "greedy", "max_new_tokens": 64}
    assert Decoding(manner="beam").as_json() == {
        "manner": "beam",
        "max_new_tokens": 64,
        "beams": 4,
        "length_penalty": 1.0,
    }
    assert Decoding(manner="sample").as_json() == {
        "manner": "sample",
        "max_new_tokens": 64,
        "top_p": 0.9,
        "temperature": 1.0,
    }


def test_every_context_and_run_has_a_seed_of_its_own():
    seeds = {seed_of(f"toy/test/00000#{turn}", seed=seed) for turn in range(50) for seed in range(4)}

    assert len(seeds) == 200
    # What torch's generators take.
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_reply_ends_after_max_new_tokens(pt, questions):
    _, tokenizer, _ = pt

    short = replies(pt, questions, Decoding(max_new_tokens=3))

    assert max(len(tokenizer(f" {text}", add_special_tokens=False)["input_ids"]) for text in short.values()) == 3
