"""BERTScore and consistency with the persona, by tiny models with random weights."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.terminal import BAD_INPUT
from tests.training.builders import a_response, a_t5_checkpoint, toy_dialogues
from training.data.responses import Response, write_responses
from training.models.checkpoints import CheckpointMissing
from training.scores.learned_metrics import Inference, Learned, Match, TextEncoder
from training.scores.scoring import score

pytestmark = pytest.mark.torch

PAIRS = [
    ("i like to ski .", "i like to ski and to bake ."),
    ("yes", "no , i have two dogs and a cat , what do you do for work ?"),
    ("i work as a nurse .", "i work as a nurse ."),
    ("", "hi !"),
    ("do you have a pet ?", "where do you live ?"),
]


def a_bert(folder: Path, *, labels: tuple[str, ...] = ()) -> Path:
    """A tiny BERT with a word tokenizer; with `labels` a classifier of pairs."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

    core = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    texts = [turn.text for each in toy_dialogues() for turn in each.turns]
    core.train_from_iterator(texts, trainers.WordLevelTrainer(special_tokens=special, show_progress=False))
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=0.5,
        **({"id2label": dict(enumerate(labels)), "num_labels": len(labels)} if labels else {}),
    )
    (BertForSequenceClassification if labels else BertModel)(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> Path:
    return a_bert(tmp_path_factory.mktemp("checkpoints") / "bert")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory) -> Path:
    return a_bert(tmp_path_factory.mktemp("checkpoints") / "nli", labels=("CONTRADICTION", "NEUTRAL", "ENTAILMENT"))


def slowly(folder: Path, reply: str, reference: str, *, layer: int) -> Match:
    """BERTScore word by word, each text fed alone: section 3 of the paper as loops."""
    import torch
    from transformers import AutoTokenizer, BertModel

    model, tokenizer = BertModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)

    def words(text: str) -> list[torch.Tensor]:
        fed = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            states = model(**fed, output_hidden_states=True).hidden_states[layer][0]
        return list(states[1:-1])

    def best(ones: list[torch.Tensor], others: list[torch.Tensor]) -> float:
        if not ones or not others:
            return 0.0
        found = [max(float(torch.cosine_similarity(one, other, dim=0)) for other in others) for one in ones]
        return sum(found) / len(found)

    ours, theirs = words(reply), words(reference)
    return Match(precision=best(ours, theirs), recall=best(theirs, ours))


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_bertscore_is_the_papers_greedy_matching(encoder, layer):
    found = TextEncoder(str(encoder), layer=layer).matches(PAIRS, batch_size=2)

    expected = [slowly(encoder, *pair, layer=layer) for pair in PAIRS]
    assert [each.precision for each in found] == pytest.approx([each.precision for each in expected], abs=1e-5)
    assert [each.recall for each in found] == pytest.approx([each.recall for each in expected], abs=1e-5)


def test_neither_padding_nor_batch_size_changes_a_match(encoder):
    model = TextEncoder(str(encoder))

    alone, together = model.matches(PAIRS, batch_size=1), model.matches(PAIRS, batch_size=64)

    assert [each.f1 for each in together] == pytest.approx([each.f1 for each in alone], abs=1e-5)
    # The same text matches itself; a text without words matches nothing.
    assert (alone[2].f1, alone[3].f1) == (pytest.approx(1.0), 0.0)


def test_an_encoder_decoder_lends_its_encoder(tmp_path):
    found = TextEncoder(str(a_t5_checkpoint(tmp_path / "t5"))).matches(PAIRS[2:3], batch_size=1)

    assert found[0].f1 == pytest.approx(1.0)


def test_a_verdict_is_the_likeliest_label_whatever_the_batch(classifier):
    import torch
    from transformers import AutoTokenizer, BertForSequenceClassification

    model = BertForSequenceClassification.from_pretrained(classifier).eval()
    tokenizer = AutoTokenizer.from_pretrained(classifier)
    with torch.inference_mode():
        labels = [int(model(**tokenizer(*pair, return_tensors="pt")).logits.argmax()) for pair in PAIRS]

    judge = Inference(str(classifier))

    assert judge.verdicts(PAIRS, batch_size=3) == judge.verdicts(PAIRS, batch_size=1) == [each - 1 for each in labels]


def test_consistency_sums_over_the_persona_and_averages_over_replies(classifier, tmp_path):
    persona = ("i like to ski .", "i have two dogs .", "i work as a nurse .")
    rows = [with_persona(a_response(text, dialogue=f"toy/test/{n:05}"), persona) for n, (text, _) in enumerate(PAIRS)]
    rows.append(with_persona(a_response("hi", dialogue="toy/test/00009"), ()))
    write_responses(tmp_path / "pt", rows)

    found = score(tmp_path / "pt", learned=Learned(nli=str(classifier))).domains["toy"]["nli_consistency"]

    judge = Inference(str(classifier))
    each = [sum(judge.verdicts([(text, fact) for fact in persona], batch_size=1)) for text, _ in PAIRS]
    assert found.value == pytest.approx(sum(each) / len(each))
    assert found.low is not None


def with_persona(response: Response, persona: tuple[str, ...]) -> Response:
    return replace(response, context=replace(response.context, persona=persona))


def test_score_measures_and_compares_and_signs_them(encoder, tmp_path):
    for name, turn in (("one", 0), ("two", 1)):
        rows = [
            a_response(pair[turn], reference=pair[1], dialogue=f"toy/test/{n:05}", system=name)
            for n, pair in enumerate(PAIRS)
        ]
        write_responses(tmp_path / name, rows)
    out = StringIO()

    call_command(
        "score", str(tmp_path / "one"), str(tmp_path / "two"), "--bertscore", str(encoder), "--bertscore-layer", "1",
        "--metrics", "bertscore_f1", "--json", "--quiet", stdout=out, stderr=StringIO(),
    )  # fmt: skip

    result = json.loads(out.getvalue())
    one, two = result["scores"]
    expected = [slowly(encoder, *pair, layer=1).f1 for pair in PAIRS]
    assert one["domains"]["toy"]["bertscore_f1"]["value"] == pytest.approx(sum(expected) / len(expected), abs=1e-5)
    assert two["domains"]["toy"]["bertscore_f1"]["value"] == pytest.approx(1.0)
    assert result["differences"][0]["value"] == pytest.approx(sum(expected) / len(expected) - 1, abs=1e-5)
    assert "|bertscore:bert,layer 1,no idf,not rescaled|" in one["signature"]
    assert one["domains"]["toy"]["nli_consistency"] == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "not asked for: --nli CHECKPOINT",
    }


def test_what_cannot_measure_is_refused(encoder, tmp_path):
    write_responses(tmp_path / "pt", [a_response("hi", reference="ho")])

    with pytest.raises(CheckpointMissing, match="expected labels for entailment"):
        Inference(str(a_bert(tmp_path / "other", labels=("toxic", "fine"))))
    with pytest.raises(CheckpointMissing, match="layers 0 to 2, and 7"):
        TextEncoder(str(encoder), layer=7)
    with pytest.raises(CommandError, match="no checkpoint at") as refused:
        call_command("score", str(tmp_path / "pt"), "--bertscore", str(tmp_path / "nowhere"), "--quiet")
    assert refused.value.returncode == BAD_INPUT
