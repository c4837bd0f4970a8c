"""Which way labels lean, and how it is said."""

from generation.corpus.traits import TRAITS
from generation.labels.labelling import PersonaLabels, TraitLabel, count_levels
from generation.labels.leaning import desirable, findings, in_sentences
from generation.offline.labelling import label
from generation.writing.voting import merge


def labelled(level: str, number: int = 0) -> PersonaLabels:
    return PersonaLabels((f"i am number {number}.",), {trait: TraitLabel(level, "so it seems") for trait in TRAITS})


def test_the_desirable_pole_is_high_but_for_neuroticism():
    counts = count_levels([labelled("high", number) for number in range(3)] + [labelled("low", 4)])

    shares = desirable(counts)

    assert shares["openness"] == {"pole": "high", "value": 0.75, "n": 4}
    assert shares["neuroticism"] == {"pole": "low", "value": 0.25, "n": 4}


def test_very_counts_with_its_end_and_medium_and_unclear_with_neither():
    levels = ("very high", "high", "very low", "medium", "unclear")

    shares = desirable(count_levels(labelled(level, number) for number, level in enumerate(levels)))

    assert shares["extraversion"] == {"pole": "high", "value": 2 / 3, "n": 3}


def test_without_a_clear_label_the_share_is_null_with_the_reason():
    shares = desirable(count_levels([labelled("unclear")]))

    assert shares["openness"] == {"pole": "high", "value": None, "n": 0, "reason": "no label is at either pole"}


def test_it_is_said_in_plain_sentences():
    votes = merge([labelled("high"), labelled("high")]), merge([labelled("low", 1), labelled("low", 1)])

    agreement, lean = in_sentences(findings(votes, count_levels(votes)))

    assert agreement == (
        "Agreement of the votes on a persona (Krippendorff's alpha, nominal): openness 1.00, conscientiousness 1.00, "
        "extraversion 1.00, agreeableness 1.00, neuroticism 1.00."
    )
    assert lean == (
        "Of the labels at either pole, the desirable ones are: openness (high) 50% of 2, conscientiousness (high) "
        "50% of 2, extraversion (high) 50% of 2, agreeableness (high) 50% of 2, neuroticism (low) 50% of 2. LLMs are "
        "known to lean to desirable levels."
    )


def test_one_answer_each_has_no_agreement_to_report():
    labels = [label(("i am shy.",))]

    found = findings(labels, count_levels(labels))

    assert list(found) == ["desirable"]
    assert len(in_sentences(found)) == 1


def test_no_labels_say_nothing():
    assert in_sentences(findings([], count_levels([]))) == []
