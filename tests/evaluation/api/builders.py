"""Scripts of researchers and front ends of annotators: clients that send a token with every request."""

from typing import Any

from django.test import Client

from evaluation.annotators.joining import create_invite
from evaluation.models import Study
from evaluation.operation.tokens import READ, WRITE, create_token
from tests.cast import CLEO, NOW
from tests.evaluation.builders import a_researcher

JSON = "application/json"


def a_script(email: str = CLEO, *, scopes: tuple[str, ...] = (READ, WRITE), **fields: Any) -> Client:
    """A script of the researcher with that address."""
    made = create_token(researcher=a_researcher(email), name="script", scopes=scopes)
    for key, value in fields.items():
        setattr(made.token, key, value)
    made.token.save()
    return Client(headers={"Authorization": f"Token {made.plain}"})


def sent(client: Client, address: str, body: object = None, *, method: str = "post") -> Any:
    """The answer to a JSON body; an empty one where none is given."""
    return getattr(client, method)(address, {} if body is None else body, content_type=JSON)


def an_invite(study: Study, *, personal: bool = True) -> str:
    """The token of a fresh link into `study`."""
    return create_invite(study=study, personal=personal, now=NOW).token


def a_front_end(study: Study, *, invite: str = "") -> Client:
    """A front end for a new annotator of `study`, who has agreed and read the instructions."""
    invite = invite or an_invite(study)
    door = sent(Client(), "/api/v1/annotate/enter/", {"invite": invite}).json()
    version = door["study"]["consent_version"]
    token = sent(Client(), "/api/v1/annotate/join/", {"invite": invite, "consent_version": version}).json()["token"]
    client = Client(headers={"Authorization": f"Annotator {token}"})
    assert sent(client, "/api/v1/annotate/instructions/").status_code == 200
    return client


def claimed(client: Client) -> Any:
    """What claiming answers."""
    return sent(client, "/api/v1/annotate/claim/").json()


def answers_to(item: Any, value: str = "left") -> dict[str, str]:
    """Every question of an item that is not locked, answered alike."""
    return {question["field"]: value for question in item["questions"] if not question["locked"]}


def judged(client: Client, given: Any, *, value: str = "left", key: str = "", **more: Any) -> Any:
    """The answer to submitting a claimed pair, its first sheet locked before where there are two."""
    item = given["item"]
    pair = f"/api/v1/annotate/pairs/{item['pair']}/"
    if item["more_to_come"]:
        item = sent(client, f"{pair}lock/", {"answers": answers_to(item, value)}).json()["item"]
    body = {"key": key or item["pair"], "answers": answers_to(item, value), "seconds": 20, **more}
    return sent(client, f"{pair}submit/", body)
