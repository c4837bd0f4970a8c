"""A study to judge: real-sounding pairs, and beside them all that no annotator may ever see."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from evaluation.annotators.joining import create_invite
from evaluation.models import Annotator, Context, Criterion, Item, Response, Slot, Study, System
from tests.cast import NOW

# Whatever of these turns up on a page, in an address, a header or a cookie has leaked.
PLANTED = (
    "zebra-pt-large",
    "quokka-p-small",
    "zebra-against-quokka",
    "Zebra and Quokka compared",
    "savannah",
    "dialogue-of-origin",
    "digest-of-zebra",
    "digest-of-quokka",
    "what-a-person-said",
    "secret partner fact",
    "extraversion",
)

PERSONA = (
    "i have three rescue dogs.",
    "i bake bread every sunday.",
    "i work nights at a hospital.",
    "my sister lives in lisbon.",
    "i am learning to play the cello.",
)
TURNS = (
    "hi ! how has your week been ?",
    "long ! four night shifts in a row , but i finally get to sleep in tomorrow .",
    "that sounds exhausting . do you have company at home ?",
    "three dogs , so the house is never quiet .",
    "lovely . and what do you do to wind down afterwards ?",
)
LONG_REPLY = (
    "oh , i bake ! there is nothing like a warm loaf after a night on the ward , and the dogs love the crusts ."
)
SHORT_REPLY = "i like to bake bread . what do you do ?"

NATURALNESS = {
    "key": "naturalness",
    "name": "Naturalness",
    "question": "Which sounds more like something a person would really say?",
    "scale": "preference",
    "options": ["tie"],
}
COHERENCE = {
    "key": "coherence",
    "name": "Coherence",
    "question": "Which fits better with what was said before?",
    "scale": "preference",
    "options": ["tie"],
}
TRAIT = {
    "key": "trait_consistency",
    "name": "Trait consistency",
    "question": "Which fits better with someone who is {trait_words}, neither too little nor overdone?",
    "scale": "preference",
    "options": ["tie"],
    "needs": "traits",
    "after": ["naturalness", "coherence"],
}
FIVE_STEPS = {**NATURALNESS, "scale": "preference5", "options": ["tie", "cannot_judge"]}
FLUENCY = {
    "key": "fluency",
    "name": "Fluency",
    "question": "How well does it read?",
    "help": "Fluent means that nothing makes you stumble.",
    "scale": "rating",
    "range": {"min": 1, "max": 5, "ends": ["badly", "very well"]},
}


def a_study(
    *,
    pairs: int = 3,
    criteria: tuple[dict[str, Any], ...] = (NATURALNESS, COHERENCE, TRAIT),
    per_pair: int = 1,
    **fields: Any,
) -> Study:
    """An open study of `pairs` pairs, the first system on the left in every second one.

    Each reply begins with a word of its own, "first 0" or "second 0", so that a test can tell which one it sees.
    """
    defaults: dict[str, Any] = {
        "name": PLANTED[2],
        "title": PLANTED[3],
        "public_id": "k3p9w2xq",
        "state": Study.State.OPEN,
        "created_at": NOW,
        "opened_at": NOW,
        "judgments_per_pair": per_pair,
        "consent": "We are researchers at the **University of Example**.\n\n- We keep your answers under a code.",
        "instructions": "## Naturalness\n\nWhich reply would a person really give?",
        "end_text": "Questions? Write to **cleo@example.org**.",
    }
    study = Study.objects.create(**defaults | fields)
    zebra = System.objects.create(study=study, name=PLANTED[0], position=0, digest=PLANTED[6])
    quokka = System.objects.create(study=study, name=PLANTED[1], position=1, digest=PLANTED[7])
    for position, words in enumerate(criteria):
        Criterion.objects.create(study=study, position=position, **words)
    for number in range(pairs):
        context = Context.objects.create(
            study=study,
            ident=f"{PLANTED[5]}/{number}#5",
            cluster=f"{PLANTED[5]}/{number}",
            domain=PLANTED[4],
            speaker=1,
            persona=list(PERSONA),
            traits={PLANTED[10]: "high"},
            turns=[{"speaker": place % 2, "text": text} for place, text in enumerate(TURNS)],
            partner_persona=[PLANTED[9]],
            reference=PLANTED[8],
        )
        first = Response.objects.create(context=context, system=zebra, text=f"first {number} : {LONG_REPLY}")
        second = Response.objects.create(context=context, system=quokka, text=f"second {number} : {SHORT_REPLY}")
        item = Item.objects.create(
            study=study, context=context, first=first, second=second, trait=PLANTED[10], level="high"
        )
        for look in range(per_pair):
            Slot.objects.create(
                study=study,
                item=item,
                context=context,
                number=look,
                position=number * per_pair + look,
                first_on_left=(number + look) % 2 == 0,
            )
    return study


def a_link(study: Study, *, personal: bool = True) -> str:
    """The path of a fresh link into `study`."""
    return f"/j/{create_invite(study=study, personal=personal, now=NOW).token}/"


def entered(client: Client, study: Study, *, link: str | None = None) -> Annotator:
    """The annotator that `client` becomes by following a link, agreeing, and reading the instructions."""
    client.get(link or a_link(study))
    client.post(f"/s/{study.public_id}/consent/", {"answer": "agree"})
    client.post(f"/s/{study.public_id}/instructions/")
    return Annotator.objects.filter(study=study).latest("pk")


def form_of(page: str) -> dict[str, str]:
    """What the judge page's form would send if its button were pressed now."""
    reader = _FormReader()
    reader.feed(page)
    return reader.fields


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.locked = self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == "sheet"
        elif tag == "fieldset":
            self.locked = "disabled" in given
        elif self.inside and tag == "input" and not self.locked:
            if given.get("type") == "hidden" or "checked" in given:
                self.fields[given["name"] or ""] = given.get("value") or ""
        elif self.inside and tag == "button" and given.get("class") == "primary":
            self.fields["do"] = given["value"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset":
            self.locked = False
        elif tag == "form":
            self.inside = False
