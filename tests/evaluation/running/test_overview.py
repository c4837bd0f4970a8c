import pytest

from evaluation.models import Membership
from evaluation.running.overview import StudyCard, cards_of
from tests.cast import DOV
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db


def test_a_card_counts_what_belongs_to_its_own_study_alone():
    mine, other = (a_study(name, contexts=2, k=2, owner=a_researcher()) for name in ("snow", "rain"))
    judge_all(mine, an_annotator(mine), "left")
    an_annotator(other)

    cards = {card.name: card for card in cards_of(a_researcher())}

    assert cards["snow"] == StudyCard(
        name="snow",
        title="The study snow",
        state="open",
        state_label="Open",
        simulated=False,
        shows_results=False,
        role="Owner",
        systems=2,
        criteria=1,
        annotators=1,
        slots=4,
        done=2,
    )
    assert (cards["rain"].annotators, cards["rain"].done) == (1, 0)


def test_only_members_have_a_card():
    study = a_study(owner=a_researcher())
    dov = a_researcher(DOV)

    assert cards_of(dov) == []
    Membership.objects.create(study=study, researcher=dov, role=Membership.Role.READER)

    assert [card.role for card in cards_of(dov)] == ["Reader"]
