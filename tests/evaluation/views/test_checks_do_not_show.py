"""Check pairs look like any other: on the page, in what htmx swaps, in addresses, headers and cookies."""

import re

import pytest
from django.test import Client

from evaluation.judging.annotator_session import pair_name
from evaluation.models import Slot
from tests.evaluation.views.builders import PLANTED, a_study, entered, form_of
from tests.evaluation.views.known import add_known_pairs

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq/judge/"
HTMX = {"HX-Request": "true"}
# What follows from the clock and the length of the replies alone.
CLOCK = ("X-Request-ID", "Content-Length", "Set-Cookie", "Expires", "Last-Modified", "Date")
# What differs between any two pairs: the replies, the made-up names of pair and submit, and how far one is.
VARIES = (
    (r"(?i)(first|second|right|wrong) \d: [^<]*", "REPLY"),
    (r'name="csrfmiddlewaretoken" value="[^"]+"', "TOKEN"),
    (r'name="key" value="[^"]+"', "KEY"),
    (r"\b[0-9a-f]{20}\b", "PAIR"),
    (r"Pair \d+ of", "PAIR OF"),
    (r"\d+ left|about [^<]* left", "LEFT"),
    (r'value="\d+"\s+max', 'value="" max'),
    (r'<button type="submit" class="quiet" name="do" value="back">.*?</button>', ""),
    (r'<span class="pace">[^<]*</span>', ""),
    (r"\s+", " "),
)


def skeleton(response) -> str:
    page = response.content.decode()
    for pattern, instead in VARIES:
        page = re.sub(pattern, instead, page, flags=re.DOTALL)
    return page


def outside(response) -> tuple[object, ...]:
    """Status, names and values of headers but for the length, and the names of cookies."""
    headers = {name: value for name, value in response.headers.items() if name not in CLOCK}
    return response.status_code, tuple(sorted(headers.items())), tuple(sorted(response.cookies))


def walk(client: Client, study) -> list[dict[str, object]]:
    """Judge everything; for each pair whether it is a check, its pages bare of what varies, and what came with them."""
    seen = []
    response = client.get(PLACE)
    while b'id="sheet"' in response.content:
        slot = Slot.objects.select_related("item").get(answered_at=None, annotator__isnull=False)
        form = form_of(response.content.decode())
        answers = {"answer.naturalness": "left", "answer.coherence": "right"}
        locked = client.post(PLACE, form | answers, headers=HTMX)
        after = form_of(locked.content.decode()) | {"answer.trait_consistency": "tie"}
        swapped = client.post(PLACE, after, headers=HTMX)
        seen.append(
            {
                "check": slot.item.is_check,
                "pages": (skeleton(response), skeleton(locked)),
                "outside": (outside(response), outside(locked)),
                "total": re.findall(r"Pair \d+ of (\d+)", response.content.decode())[:1],
                "raw": response.content.decode() + locked.content.decode() + str(swapped.headers),
            }
        )
        response = client.get(PLACE)
    return seen


def test_nothing_tells_a_check_from_another_pair():
    study, ada = a_study(pairs=6), Client()
    add_known_pairs(study, checks=6)
    entered(ada, study)

    seen = walk(ada, study)

    assert [each["check"] for each in seen].count(True) >= 3
    for part in ("pages", "outside", "total"):
        of_checks, of_others = ({repr(each[part]) for each in seen if each["check"] is kind} for kind in (True, False))
        assert of_checks == of_others, part
        assert len(of_checks) == 1
    words = (
        *PLANTED,
        "planted-known",
        "is_check",
        "expected",
        "right-on-a-check",
        "made-for-a-check",
        "Only one of them",
    )
    # The trait shows in plain words only, once the first sheet is locked.
    assert [word for word in words for each in seen if word.lower() in str(each["raw"]).lower()] == []


def test_the_names_of_pairs_do_not_follow_the_order_in_which_slots_were_made():
    study, ada = a_study(pairs=4), Client()
    add_known_pairs(study, checks=4)
    entered(ada, study)

    walk(ada, study)

    slots = list(Slot.objects.filter(annotator__isnull=False).order_by("pk").values_list("pk", flat=True))
    names = [pair_name(slot) for slot in slots]
    assert sorted(names) != names
    assert len(set(names)) == len(slots)
