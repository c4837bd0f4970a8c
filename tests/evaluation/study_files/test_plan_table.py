"""`[plan]` of a study file: contrasts and looks. Hypotheses are in `test_study_file.py`."""

import pytest

from evaluation.stats.data.declared import Contrast, Side
from evaluation.study_files.study_file import BadToml, read_study_file
from tests.evaluation.files import STUDY, a_study_file

CLAIM = 'hypotheses = [{ criterion = "naturalness", better = "pt" }]\n'
SIDE = 'criterion = "naturalness", better = "pt", than = "p"'


def plan_of(folder, text):
    return read_study_file(a_study_file(folder, f"{STUDY}[plan]\n{text}")).plan


def test_the_second_side_of_a_contrast_says_what_differs(tmp_path):
    domains = f'{{ {SIDE}, domain = "personachat", minus = {{ domain = "personalitychat" }} }}'
    traits = f'{{ {SIDE}, trait = "extraversion", level = "high", minus = {{ level = "low" }} }}'

    plan = plan_of(tmp_path, f"contrasts = [\n  {domains},\n  {traits},\n]\n")

    assert plan.contrasts == (
        Contrast("naturalness", Side("pt", "p", "personachat"), Side("pt", "p", "personalitychat")),
        Contrast(
            "naturalness",
            Side("pt", "p", trait="extraversion", level="high"),
            Side("pt", "p", trait="extraversion", level="low"),
        ),
    )


def test_looks_are_shares_before_the_end(tmp_path):
    assert plan_of(tmp_path, f"looks = [0.3, 0.6, 1.0]\n{CLAIM}").looks == (0.3, 0.6)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"contrasts = [{{ {SIDE} }}]\n", "plan.contrasts[1].minus: expected another side than the first"),
        (f"contrasts = [{{ {SIDE}, minus = {{ domane = 'x' }} }}]\n", "plan.contrasts[1].minus.domane: unknown key"),
        (
            f"contrasts = [{{ {SIDE}, trait = 'wit', minus = {{ level = 'low' }} }}]\n",
            "plan.contrasts[1].trait: expected one of openness",
        ),
        (
            f"contrasts = [{{ {SIDE}, minus = {{ better = 'p' }} }}]\n",
            "plan.contrasts[1].minus.than: expected another system than 'p'",
        ),
        (
            'contrasts = [{ criterion = "naturalness", better = "pt", minus = { domain = "x" } }]\n',
            "plan.contrasts[1]: 'than' is missing",
        ),
        (f"looks = [0.6, 0.3]\n{CLAIM}", "plan.looks: expected shares of the clusters, each above the one before"),
        (f"looks = [0, 0.5]\n{CLAIM}", "plan.looks: expected shares of the clusters"),
        (f"looks = 0.5\n{CLAIM}", "plan.looks: expected shares of the clusters"),
        (
            f"looks = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]\n{CLAIM}",
            "plan.looks: expected at most 5 looks before the end, got 6",
        ),
        ("looks = [0.5]\n", "plan.looks: a look tests what is declared, and the plan declares no hypothesis"),
    ],
)
def test_what_means_nothing_is_refused_with_its_place(tmp_path, text, error):
    with pytest.raises(BadToml) as refused:
        plan_of(tmp_path, text)

    assert error in str(refused.value)
