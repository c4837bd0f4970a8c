"""The judge page as a test reads it and answers it."""

from django.test import Client

from evaluation.models import Slot
from tests.evaluation.views.builders import form_of

PLACE = "/s/k3p9w2xq"


def shown(client: Client) -> str:
    return client.get(f"{PLACE}/judge/").content.decode()


def send(client: Client, form: dict[str, str], **answers: str):
    headers = answers.pop("headers", None)
    named = {f"answer.{field}": value for field, value in answers.items()}
    return client.post(f"{PLACE}/judge/", {**form, **named}, headers=headers)


def judge_one(client: Client, **answers: str) -> None:
    """Answer the pair that is up, in a study without traits."""
    answered = send(client, form_of(shown(client)), **{"naturalness": "left", "coherence": "tie", **answers})
    assert answered.status_code == 302


def choices_of(slot: Slot) -> dict[str, str]:
    return {each.criterion.key: each.choice for each in slot.judgments.select_related("criterion")}
