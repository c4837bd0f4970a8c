"""Addresses that the server may call, held against a real server that takes what is sent, or sends elsewhere."""

import socket

import pytest

from evaluation.queue.outgoing import AddressRefused, NotDelivered, Rules, check_address, is_public, looked_up, post
from tests.evaluation.receiver import receiving

OPEN = Rules(hosts=("hooks.example.org", "other.example.org:8443"))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://hooks.example.org/x", "https"),
        ("ftp://hooks.example.org/x", "https"),
        ("file:///etc/passwd", "https"),
        ("gopher://hooks.example.org/", "https"),
        ("https:///x", "names a host"),
        ("hooks.example.org", "https"),
        ("https://elsewhere.example.org/x", "one of the hosts"),
        ("https://hooks.example.org:8443/x", "one of the hosts"),
        ("https://other.example.org/x", "one of the hosts"),
        ("https://hooks.example.org.evil.test/x", "one of the hosts"),
        ("https://user:word@hooks.example.org/x", "without a user name"),
        ("https://hooks.example.org@evil.test/x", "without a user name"),
        ("https://evil.test\\@hooks.example.org/x", "backslash"),
        ("https://hooks.example.org/x#y", "fragment"),
        ("https://hooks.example.org/x\r\nHost: evil.test", "blanks"),
        ("https://hooks.example.org/ x", "blanks"),
        ("https://höoks.example.org/", "ASCII"),
        ("https://hooks.example.org:99999/", "expected an address such as"),
        ("https://[::1/", "expected an address such as"),
        ("https://127.0.0.1/x", "one of the hosts"),
        ("https://2130706433/x", "one of the hosts"),
        (f"https://hooks.example.org/{'x' * 500}", "at most 500"),
    ],
)
def test_an_address_that_is_not_called_says_why(address, why):
    with pytest.raises(AddressRefused, match=why):
        check_address(address, OPEN)


def test_nobody_is_called_where_the_operator_listed_nobody():
    with pytest.raises(AddressRefused, match="WEBHOOK_HOSTS"):
        check_address("https://hooks.example.org/x", Rules())


def test_listed_hosts_are_taken_whatever_their_case():
    assert check_address("https://HOOKS.example.org/a?b=c", OPEN) == (True, "hooks.example.org", 443, "/a?b=c")
    assert check_address("https://other.example.org:8443", OPEN) == (True, "other.example.org", 8443, "/")


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_what_is_not_on_the_public_internet_is_told(ip):
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_public_addresses_are_told(ip):
    assert is_public(ip)


def test_a_listed_name_that_leads_inside_is_refused():
    """`localhost` stands for every name that somebody lets lead to this machine or its network."""
    with pytest.raises(AddressRefused, match="not on the public internet"):
        looked_up("https://localhost/x", Rules(hosts=("localhost",)))


def test_a_name_that_leads_nowhere_is_an_error_to_try_again():
    with pytest.raises(NotDelivered, match="no address is known"):
        looked_up("https://no.such.host.invalid/x", Rules(hosts=("no.such.host.invalid",)))


def test_what_is_sent_arrives():
    with receiving() as server:
        assert post(server.address("/a?b=c"), b'{"x": 1}', {"Parley-Event": "e"}, rules=server.rules) == 204

    path, headers, body = server.came[0]
    assert (path, body, headers["Parley-Event"]) == ("/a?b=c", b'{"x": 1}', "e")
    assert headers["Host"] == f"127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status):
    with receiving() as inside, receiving(status=status, headers={"Location": inside.address()}) as server:
        with pytest.raises(NotDelivered, match="redirects are not followed"):
            post(server.address(), b"{}", {}, rules=server.rules)
        assert inside.came == []


def test_an_answer_that_is_no_success_is_told():
    with receiving(status=500) as server, pytest.raises(NotDelivered, match="answered 500"):
        post(server.address(), b"{}", {}, rules=server.rules)


def test_nobody_there_is_told():
    with receiving() as server:
        address, rules = server.address(), server.rules
    with pytest.raises(NotDelivered, match="was not reached"):
        post(address, b"{}", {}, rules=rules)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that means something else a moment later (DNS rebinding) changes nothing."""
    real, asked = socket.getaddrinfo, []

    def once(host, port, *args, **kwargs):
        asked.append(host)
        if host == "localhost":
            return real("127.0.0.1" if asked.count(host) == 1 else "127.0.0.2", port, *args, **kwargs)
        return real(host, port, *args, **kwargs)

    with receiving() as server:
        address = f"http://localhost:{server.server_port}/"
        monkeypatch.setattr(socket, "getaddrinfo", once)
        post(address, b"{}", {}, rules=server.rules)
        assert asked.count("localhost") == 1
        assert len(server.came) == 1
