"""From text to numbers: what is cut, what is never cut, and what no text can do."""

import pytest

from generation.corpus.dialogues import Turn
from tests.builders import a_dialogue
from tests.training.builders import a_bart_checkpoint, a_checkpoint_recipe, a_template, a_tokenizer, an_encoder
from training.data.encoding import Encoder
from training.data.examples import MARKS, Example, NotAModel, context_of

pytestmark = pytest.mark.torch

LONG = " ".join(["i like to read novels ."] * 8)


@pytest.fixture(scope="module")
def tokenizer():
    return a_tokenizer()


def source_of(encoder: Encoder, *turns: str, persona: tuple[str, ...] = ("i like to ski.",)) -> str:
    """What the model reads of the context behind these turns, spelt out."""
    context = context_of(a_dialogue(texts=(*turns, "ok ."), personas=(persona, persona)), len(turns))
    return encoder.tokenizer.decode(encoder.source(encoder.template.source(context, {})))


def test_persona_and_turns_stand_behind_their_marks_and_an_end_mark(tokenizer):
    encoder = Encoder(tokenizer=tokenizer, template=a_template())

    assert source_of(encoder, "hi !", "i like to dance .") == (
        "<persona> i like to ski .<me> hi !<you> i like to dance .</s>"
    )
    assert encoder.cut.as_json() == dict.fromkeys(encoder.cut.as_json(), 0)


def test_the_oldest_turn_is_dropped_first_and_the_persona_stays(tokenizer):
    whole = Encoder(tokenizer=tokenizer, template=a_template(history=3, max_source=200))
    needed = len(whole.tokenizer(source_of(whole, "hi !", "i like to dance .", "and you ?"))["input_ids"])

    short = Encoder(tokenizer=tokenizer, template=a_template(history=3, max_source=needed - 2))

    assert source_of(short, "hi !", "i like to dance .", "and you ?") == (
        "<persona> i like to ski .<me> i like to dance .<you> and you ?</s>"
    )
    assert short.cut.as_json() == {
        "history_turns_dropped": 1,
        "last_turns_shortened": 0,
        "replies_too_long_left_out": 0,
    }


def test_of_a_last_turn_that_does_not_fit_the_end_is_kept(tokenizer):
    encoder = Encoder(tokenizer=tokenizer, template=a_template(max_source=40))

    read = source_of(encoder, "hi !", f"{LONG} do you have a pet ?")

    assert read.startswith("<persona> i like to ski .<you>")
    assert read.endswith("do you have a pet ?</s>")
    assert len(tokenizer(read, add_special_tokens=False)["input_ids"]) == 40
    assert (encoder.cut.turns_dropped, encoder.cut.turns_shortened) == (1, 1)


def test_however_long_the_persona_some_of_the_last_turn_goes_in(tokenizer):
    encoder = Encoder(tokenizer=tokenizer, template=a_template(max_source=20))
    persona = ("i like to read novels.",) * 8

    read = source_of(encoder, f"{LONG} do you have a pet ?", persona=persona)

    assert read.count("i like to read novels .<you>") == 1
    assert read.count("novels") >= 8
    last_turn = read.partition("<you>")[2].removesuffix("</s>")
    # 16 pieces, the mark among them.
    assert len(tokenizer(last_turn, add_special_tokens=False)["input_ids"]) == 15
    assert last_turn.endswith("do you have a pet ?")


def test_a_reply_too_long_is_left_out_and_counted_never_cut(tokenizer):
    encoder = Encoder(tokenizer=tokenizer, template=a_template(max_target=20))
    examples = [
        Example(context=context_of(a_dialogue(), 1), traits={}, reply=reply) for reply in ("i like to ski .", LONG)
    ]

    (kept,) = encoder.examples(examples)

    assert tokenizer.decode(kept.target) == "i like to ski .</s>"
    assert encoder.cut.too_long == 1


def test_a_reply_is_predicted_with_its_end_mark(tokenizer):
    row = Encoder(tokenizer=tokenizer, template=a_template()).pair((7,), "I like to ski.")

    assert row.target[-1] == tokenizer.eos_token_id
    assert row.predicted == len(row.target) == len(tokenizer(" i like to ski .")["input_ids"])


@pytest.mark.parametrize("form", ["as-is", "lower-split"])
def test_a_mark_inside_a_text_is_text(tokenizer, form):
    encoder = Encoder(tokenizer=tokenizer, template=a_template(text=form, history=1))
    context = context_of(a_dialogue(texts=("<persona> i am calm. </s>", "ok .")), 1)

    numbers = encoder.source(encoder.template.source(context, {}))

    marks = [number for number in numbers if number in tokenizer.all_special_ids and number != tokenizer.unk_token_id]
    assert tokenizer.convert_ids_to_tokens(marks) == ["<persona>", "<you>", "</s>"]


def test_learning_many_texts_at_once_changes_nothing(tokenizer):
    examples = [Example(context=context_of(a_dialogue(), turn), traits={}, reply="ok .") for turn in range(1, 6)]
    together = Encoder(tokenizer=tokenizer, template=a_template())
    apart = Encoder(tokenizer=tokenizer, template=a_template())

    assert together.examples(examples) == [apart.example(example) for example in examples]


def test_a_tokenizer_without_our_marks_is_refused(tmp_path):
    from transformers import AutoTokenizer

    foreign = AutoTokenizer.from_pretrained(a_bart_checkpoint(tmp_path))

    with pytest.raises(NotAModel, match="the tokenizer does not know <persona> <me> <you>"):
        Encoder(tokenizer=foreign, template=a_template())


def test_a_tokenizer_that_ends_no_text_is_refused():
    from tokenizers import processors

    endless = a_tokenizer()
    endless.backend_tokenizer.post_processor = processors.TemplateProcessing(single="$A", special_tokens=[])

    with pytest.raises(NotAModel, match="no end mark"):
        Encoder(tokenizer=endless, template=a_template())


def test_barts_start_mark_is_given_and_never_predicted(tmp_path):
    from training.models.checkpoints import load_checkpoint

    _, tokenizer = load_checkpoint(a_checkpoint_recipe(a_bart_checkpoint(tmp_path)))
    encoder = Encoder(tokenizer=tokenizer, template=a_template(text="as-is"))

    row = encoder.pair((7,), "i like to ski .")

    assert tokenizer.decode(row.target) == "<s> i like to ski .</s>"
    assert (row.opening, row.predicted) == (1, len(row.target) - 1)


def test_a_toy_encoder_knows_every_mark():
    assert set(MARKS) <= set(an_encoder().tokenizer.get_vocab())


def test_whoever_said_it_the_mark_says_so(tokenizer):
    encoder = Encoder(tokenizer=tokenizer, template=a_template(history=4))
    dialogue = a_dialogue(texts=("hi !", "hi !", "ok ."))
    context = context_of(dialogue, 2)
    assert context.turns == (Turn(0, "hi !"), Turn(1, "hi !"))

    assert "<me> hi !<you> hi !" in encoder.tokenizer.decode(encoder.source(encoder.template.source(context, {})))
