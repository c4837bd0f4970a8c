from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from evaluation.models import ApiToken
from evaluation.operation.tokens import BadLifetime, BadScope, create_token
from generation.terminal import BadInput
from tests.cast import CLEO
from tests.evaluation.builders import a_researcher

pytestmark = pytest.mark.django_db


def test_a_token_has_scopes_an_expiry_and_no_text_in_the_database():
    made = create_token(researcher=a_researcher(), name="notebook", days=30)

    kept = ApiToken.objects.get()
    assert (kept.scopes, kept.name) == (["read"], "notebook")
    assert abs(kept.expiry - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert made.plain not in str(vars(kept))


@pytest.mark.parametrize("scopes", [["annotate"], ["read", "everything"], []])
def test_a_scope_that_there_is_none_of_is_refused(scopes):
    with pytest.raises(BadScope, match="expected scopes among read"):
        create_token(researcher=a_researcher(), name="", scopes=scopes)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lives_a_day_to_a_year(days):
    with pytest.raises(BadLifetime, match=f"expected 1 to 366 days, got {days}"):
        create_token(researcher=a_researcher(), name="", days=days)


def test_the_command_prints_the_token_once(capsys):
    a_researcher()

    call_command("create_token", CLEO, "--name", "notebook")

    (plain,) = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert ApiToken.objects.get().token_key == plain[: len(ApiToken.objects.get().token_key)]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["dov@example.org"], "no researcher 'dov@example.org'"),
        ([CLEO, "--scopes", "all"], "expected scopes among read"),
        ([CLEO, "--days", "1000"], "expected 1 to 366 days"),
    ],
)
def test_the_command_refuses_what_cannot_be(words, complaint):
    a_researcher()

    with pytest.raises(BadInput, match=complaint):
        call_command("create_token", *words)
