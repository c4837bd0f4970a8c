"""What several tests of evaluation ask for: a researcher, a server to be told, a broker to be asked."""

from collections.abc import Iterator

import pytest

from tests.evaluation.builders import a_researcher
from tests.evaluation.receiver import Receiver, receiving


@pytest.fixture
def cleo(client, parley_home):
    """Cleo, signed in, with a home of her own."""
    me = a_researcher()
    client.force_login(me)
    return me


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A server that this one may call."""
    with receiving() as server:
        settings.WEBHOOK_HOSTS, settings.WEBHOOK_PRIVATE = list(server.rules.hosts), True
        yield server


@pytest.fixture
def a_broker(settings, parley_home) -> None:
    """One that is configured and away: what is asked for waits in the database."""
    settings.BROKER_URL = "memory://"
