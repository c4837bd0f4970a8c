"""What several tests of evaluation ask for: a server to be told, a broker to be asked."""

from collections.abc import Iterator

import pytest

from tests.evaluation.receiver import Receiver, receiving


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
