"""A busy port is said before any work is done."""

import socket

import pytest

from evaluation.operation.serving import PortBusy, check_port


def test_a_free_port_passes():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    check_port("127.0.0.1", port)


def test_a_busy_port_is_named_with_the_way_out():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(PortBusy, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*PORT=8001 before make"):
            check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 0, 65_536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(PortBusy, match=f"expected a port from 1 to 65535, got {port}"):
        check_port("127.0.0.1", port)
