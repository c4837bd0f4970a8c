"""`study.toml`: what it may say, what is taken where it is silent, and every refusal with its line."""

from pathlib import Path

import pytest

from evaluation.stats.data.declared import Hypothesis, Plan
from evaluation.study_files.study_file import ChosenContexts, StudyCriterion, StudyFile, read_study_file, slug
from evaluation.study_files.toml_table import BadToml
from evaluation.study_files.wording import WORDINGS, bundled_text
from tests.evaluation.files import STUDY, a_study_file

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"

FULL = """\
title = "PT against P, small models"
public_title = "Two replies"
language = "nl"
responses = ["./p.jsonl", "pt"]
contexts = { per_domain = 100, per_cluster = 2, balance = ["speaker", "depth"], seed = 11 }
judgments_per_pair = 5
max_share = 0.10
repeat_share = 0.05
lease_minutes = 45
display = "as-is"
text = { consent = "consent.md", end = "end.md" }

[[criteria]]
key = "naturalness"
question = "Which is more natural?"
scale = "preference5"
options = ["tie", "both_bad", "cannot_judge"]

[[criteria]]
key = "fluency"
question = "How fluent is this reply?"
help = "Think of the grammar."
scale = "rating"
min = 1
max = 7
ends = ["broken", "perfect"]

[[criteria]]
key = "tone"
name = "The tone"
question = "What is the tone of this reply?"
scale = "label"
options = ["cold", "neutral", "warm"]

[[criteria]]
key = "trait_consistency"
after = ["naturalness", "fluency"]

[plan]
annotators = "population"
alpha = 0.01
hypotheses = [
  { criterion = "naturalness", domain = "personachat", better = "pt" },
  { criterion = "naturalness", better = "pt", than = "p", margin = 0.1 },
]
"""


def test_a_file_that_says_everything(tmp_path):
    (tmp_path / "consent.md").write_text("I agree.")
    (tmp_path / "end.md").write_text("Bye.")

    file = read_study_file(a_study_file(tmp_path, FULL, name="tones.toml"))

    traits = WORDINGS["trait_consistency"]
    assert file == StudyFile(
        folder=tmp_path,
        name="tones",
        title="PT against P, small models",
        public_title="Two replies",
        language="nl",
        responses=("./p.jsonl", "pt"),
        contexts=ChosenContexts(per_domain=100, per_cluster=2, balance=("speaker", "depth"), seed=11),
        judgments_per_pair=5,
        max_share=0.1,
        repeat_share=0.05,
        lease_minutes=45,
        display="as-is",
        consent="I agree.",
        instructions=bundled_text("instructions"),
        end="Bye.",
        criteria=(
            StudyCriterion(
                key="naturalness",
                name="Naturalness",
                question="Which is more natural?",
                help=WORDINGS["naturalness"].help,
                scale="preference5",
                options=("tie", "both_bad", "cannot_judge"),
            ),
            StudyCriterion(
                key="fluency",
                name="Fluency",
                question="How fluent is this reply?",
                help="Think of the grammar.",
                scale="rating",
                options=(),
                low=1,
                high=7,
                ends=("broken", "perfect"),
            ),
            StudyCriterion(
                key="tone",
                name="The tone",
                question="What is the tone of this reply?",
                scale="label",
                options=("cold", "neutral", "warm"),
            ),
            StudyCriterion(
                key="trait_consistency",
                name=traits.name,
                question=traits.question,
                help=traits.help,
                needs="traits",
                after=("naturalness", "fluency"),
            ),
        ),
        plan=Plan(
            declared=True,
            annotators="population",
            alpha=0.01,
            hypotheses=(
                Hypothesis("naturalness", "personachat", "pt"),
                Hypothesis("naturalness", "all", "pt", "p", 0.1),
            ),
        ),
    )


def test_a_file_that_says_the_least_is_called_after_its_folder(tmp_path):
    file = read_study_file(a_study_file(tmp_path / "snow"))

    known = WORDINGS["naturalness"]
    assert file == StudyFile(
        folder=tmp_path / "snow",
        name="snow",
        title="PT against P",
        responses=("p", "pt"),
        consent=bundled_text("consent"),
        instructions=bundled_text("instructions"),
        end=bundled_text("end"),
        criteria=(StudyCriterion("naturalness", known.name, known.question, known.help),),
        plan=Plan(declared=False),
        ethics="none",
    )


def test_known_criteria_need_only_their_keys_and_the_traits_wait_for_the_others(tmp_path):
    text = STUDY + '[[criteria]]\nkey = "trait_consistency"\n[[criteria]]\nkey = "coherence"\n'

    file = read_study_file(a_study_file(tmp_path, text))

    assert [(each.key, each.needs, each.after) for each in file.criteria] == [
        ("naturalness", "", ()),
        ("trait_consistency", "traits", ("naturalness", "coherence")),
        ("coherence", "", ()),
    ]


def test_an_empty_plan_is_a_plan(tmp_path):
    file = read_study_file(a_study_file(tmp_path, STUDY + "[plan]\n"))

    assert file.plan == Plan(declared=True)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/study.toml")), ids=lambda path: path.parent.name)
def test_the_studies_among_the_examples_can_be_read(path):
    file = read_study_file(path)

    # What people call a persona is compared with nothing: there is no claim to declare.
    assert file.plan.declared or file.kind == "persona"


CRITERION = '[[criteria]]\nkey = "fun"\nquestion = "Which is more fun?"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "x"\n' + STUDY, "study.toml:1: titel: unknown key; expected background, checks, "),
        (STUDY.replace("title = ", "# title = "), "study.toml:1: the file: 'title' is missing"),
        (STUDY.replace('"PT against P"', "7"), "study.toml:1: title: expected a text, got 7"),
        (STUDY.replace('["p", "pt"]', '"p"'), "study.toml:2: responses: expected a list of texts, each once, got 'p'"),
        (STUDY.replace('["p", "pt"]', '["p", "p"]'), "study.toml:2: responses: expected a list of texts, each once"),
        (STUDY.replace('["p", "pt"]', "[]"), "study.toml:2: responses: expected at least one file or name"),
        ("judgments_per_pair = 0\n" + STUDY, "study.toml:1: judgments_per_pair: expected a whole number of at least 1"),
        ("judgments_per_pair = true\n" + STUDY, "expected a whole number of at least 1 and at most 1000, got True"),
        (
            "max_share = 1.5\n" + STUDY,
            "study.toml:1: max_share: expected a share of the judgments, above 0 to 1, got 1.5",
        ),
        ("max_share = 0\n" + STUDY, "max_share: expected a share of the judgments, above 0 to 1, got 0"),
        ("max_share = nan\n" + STUDY, "max_share: expected a share of the judgments, above 0 to 1, got nan"),
        ("judgments_per_pair = 1001\n" + STUDY, "expected a whole number of at least 1 and at most 1000, got 1001"),
        ("lease_minutes = 44641\n" + STUDY, "lease_minutes: expected a whole number of at least 1 and at most 44640"),
        ("contexts = { seed = 9223372036854775808 }\n" + STUDY, "contexts.seed: expected a whole number of at least 0"),
        ('language = "the king\\u2019s"\n' + STUDY, "study.toml:1: language: expected a language's tag, such as en"),
        ('public_title = "a\\u0000b"\n' + STUDY, "study.toml:1: public_title: expected a text, got 'a\\x00b'"),
        (STUDY + f'name = "{"n" * 101}"\n', "criteria[1].name: expected at most 100 characters, got 101"),
        (
            STUDY + f'scale = "label"\noptions = ["odd", "{"x" * 61}"]\n',
            "criteria[1].options: expected labels of at most 60 characters",
        ),
        ('display = "pretty"\n' + STUDY, "study.toml:1: display: expected one of detokenised, as-is, got 'pretty'"),
        (
            "contexts = { per_domain = 9, per_clustre = 2 }\n" + STUDY,
            "study.toml:1: contexts.per_clustre: unknown key; expected balance, per_cluster, per_domain, seed",
        ),
        (
            'contexts = { balance = ["hour"] }\n' + STUDY,
            r"study.toml:1: contexts.balance: expected a list of speaker, depth, each once, got ['hour']",
        ),
        ("contexts = 9\n" + STUDY, "study.toml:1: contexts: expected a table, got 9"),
        (
            'text = { consent = "gone.md" }\n' + STUDY,
            "study.toml:1: text.consent: expected a text file in UTF-8 beside",
        ),
        ('text = { consnet = "x.md" }\n' + STUDY, "study.toml:1: text.consnet: unknown key"),
        ('title = "x"\nresponses = ["p"]\n', "criteria: expected at least one [[criteria]]"),
        (STUDY + "scale = 3\n", "study.toml:6: criteria[1].scale: expected one of preference, preference5, rating"),
        (STUDY + 'scales = "rating"\n', "study.toml:6: criteria[1].scales: unknown key"),
        (STUDY + '[[criteria]]\nkey = "Fun!"\n', "study.toml:7: criteria[2].key: expected a small letter, then"),
        (STUDY + '[[criteria]]\nkey = "fun"\n', "study.toml:6: criteria[2]: 'question' is missing"),
        (
            STUDY + '[[criteria]]\nkey = "naturalness"\n',
            "criteria[1].key: expected each key once, got 'naturalness' twice",
        ),
        (
            STUDY + 'options = ["draw"]\n',
            "study.toml:6: criteria[1].options: expected a list of tie, both_bad, cannot_judge",
        ),
        (
            STUDY + CRITERION + 'after = ["coherence"]\n',
            "study.toml:9: criteria[2].after: expected a list of naturalness",
        ),
        (
            STUDY + 'after = ["fun"]\n' + CRITERION + 'after = ["naturalness"]\n',
            "criteria[1].after: expected criteria that wait for nothing, got fun",
        ),
        (STUDY + 'after = ["fun"]\n', "study.toml:6: criteria[1].after: expected another criterion's key, got fun"),
        (STUDY + 'needs = "coffee"\n', "study.toml:6: criteria[1].needs: expected one of traits, got 'coffee'"),
        (
            STUDY + 'question = "Is it {trait_words}?"\n',
            "study.toml:6: criteria[1].question: it speaks of {trait_words}",
        ),
        (STUDY + 'scale = "rating"\n', "criteria[1]: 'max' is missing"),
        (
            STUDY + 'scale = "rating"\nmin = 4\nmax = 4\n',
            "study.toml:8: criteria[1].max: expected a number above min (4)",
        ),
        (STUDY + 'scale = "rating"\nmax = 5\nends = ["bad"]\n', "ends: expected the words at both ends, got 1"),
        (STUDY + 'scale = "label"\noptions = ["odd"]\n', "options: expected at least two labels in their order, got 1"),
        (STUDY + "max = 5\n", "study.toml:6: criteria[1].max: unknown key"),
        (STUDY + '[plan]\nannotators = "all"\n', "study.toml:7: plan.annotators: expected one of these, population"),
        (STUDY + "[plan]\nalpha = 1\n", "study.toml:7: plan.alpha: expected a level below 1, got 1.0"),
        (
            STUDY + '[plan]\nhypotheses = [\n  { criterion = "beauty", better = "pt" },\n]\n',
            "study.toml:8: plan.hypotheses[1].criterion: expected one of naturalness, got 'beauty'",
        ),
        (
            STUDY + '[plan]\nhypotheses = [{ criterion = "naturalness", bettr = "pt" }]\n',
            "study.toml:7: plan.hypotheses[1]: 'better' is missing",
        ),
        (
            STUDY + "[checks]\nshare = 0.1\n",
            'study.toml:6: checks.file: expected either make = "shuffled-context" or a file',
        ),
        (
            STUDY + '[plan]\nexclusions = ["x"]\n',
            "study.toml:7: plan.exclusions: 'x': not of the form MEASURE < NUMBER",
        ),
        ("title = \n", "study.toml: Invalid value"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises(BadToml) as caught:
        read_study_file(a_study_file(tmp_path, text))

    assert message in str(caught.value)


def test_a_byte_order_mark_is_passed_over(tmp_path):
    plain = read_study_file(a_study_file(tmp_path))

    assert read_study_file(a_study_file(tmp_path, f"\ufeff{STUDY}")) == plain


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadToml, match="no study file at"):
        read_study_file(tmp_path / "study.toml")


@pytest.mark.parametrize(
    ("text", "name"), [("PT against P!", "pt-against-p"), ("snow_2.1", "snow_2.1"), ("Ünï", "n"), ("??", "")]
)
def test_a_name_is_made_from_what_there_is(text, name):
    assert slug(text) == name


def test_a_question_about_traits_waits_for_the_others_whatever_it_is_called(tmp_path):
    own = 'key = "warmth"\nquestion = "Which is warmer?"\nneeds = "traits"\n'

    file = read_study_file(a_study_file(tmp_path, STUDY + "[[criteria]]\n" + own))

    assert [(each.key, each.after) for each in file.criteria] == [("naturalness", ()), ("warmth", ("naturalness",))]


def test_answers_to_the_datasheet_are_kept_by_number(tmp_path):
    text = STUDY + '\n[datasheet]\npay = "12 pounds an hour"\n"naturalness 4.1.1" = "goodness"\n'

    file = read_study_file(a_study_file(tmp_path, text))

    assert file.datasheet == {"3.2.2.2": "12 pounds an hour", "naturalness 4.1.1": "goodness"}
    assert file.as_json()["datasheet"] == file.datasheet
    assert "datasheet" not in read_study_file(a_study_file(tmp_path, STUDY)).as_json()


def test_an_answer_to_what_the_datasheet_does_not_ask_is_refused_with_its_line(tmp_path):
    text = STUDY + '\n[datasheet]\npay = "12 pounds"\nwages = "12 pounds"\n'

    with pytest.raises(BadToml, match=r"study\.toml:\d+: datasheet\.wages: 'wages' is no question of the datasheet"):
        read_study_file(a_study_file(tmp_path, text))
