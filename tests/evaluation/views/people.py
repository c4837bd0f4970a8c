"""Browsers of people who are signed in, and a study of theirs with a result that must stay hidden."""

from django.test import Client

from evaluation.models import Membership, Study
from tests.cast import CLEO, DOV
from tests.evaluation.builders import THREE_CRITERIA, a_researcher, a_study, an_annotator, judge_all

# Names of systems that would be noticed anywhere.
ZEBRA, QUOKKA = "zebra-pt-large", "quokka-p-small"
PLANTED = (ZEBRA, QUOKKA, "digest-of-zebra", "zebra", "quokka")


def signed_in(email: str = CLEO) -> Client:
    """The browser of the researcher with that address, who is made if need be."""
    browser = Client()
    browser.force_login(a_researcher(email))
    return browser


def cleo() -> Client:
    """Cleo leads the studies of these tests."""
    return signed_in(CLEO)


def dov() -> Client:
    """Dov is a stranger to them."""
    return signed_in(DOV)


def a_planted_study(name: str = "snow", **fields) -> Study:
    """A study of Cleo's in which the zebra wins everywhere; its title gives nothing away."""
    study = a_study(
        name,
        systems=(ZEBRA, QUOKKA),
        criteria=THREE_CRITERIA,
        contexts=8,
        k=2,
        traits={"extraversion": "high"},
        owner=a_researcher(),
        **fields,
    )
    study.systems.filter(name=ZEBRA).update(digest="digest-of-zebra")
    for code in ("A-ADA", "A-BO"):
        judge_all(study, an_annotator(study, code), "left")
    return study


def a_reader(study: Study, email: str = "ada@example.org") -> Client:
    """Somebody who may look at the study and not act on it."""
    Membership.objects.create(study=study, researcher=a_researcher(email), role=Membership.Role.READER)
    return signed_in(email)


def planted_in(text: str) -> list[str]:
    """What of the planted words stands in `text`."""
    return [word for word in PLANTED if word in text]
