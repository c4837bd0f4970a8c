"""Requests that the server itself makes to an address that somebody gave: the one door, and who may pass.

An address is followed only to a host that the operator listed, over TLS, to a public network address that was looked up
once and is the one that is connected to; never to where an answer redirects.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

# Seconds until a connection stands, and for each answer to be waited for.
PATIENCE: Final = 5.0
# What is read of an answer: only its status is of interest.
MOST_READ: Final = 1024
LONGEST_ADDRESS: Final = 500
# IPv6 addresses that stand for one of IPv4: what they stand for is looked at.
TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(ValueError):
    """An address that this server does not call."""


class NotDelivered(Exception):
    """The address was called, and did not take what was sent; says why."""


@dataclass(frozen=True)
class Rules:
    """Whom the server may call. `hosts` are names, or `name:port` where it is not 443.

    `private` lets it call plain HTTP and addresses that are not public: for tests and a closed network alone.
    """

    hosts: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True)
class Destination:
    """A checked address: `host` is whom the certificate must name, `ip` where the connection goes."""

    secure: bool
    host: str
    port: int
    path: str
    ip: str


def check_address(address: str, rules: Rules) -> tuple[bool, str, int, str]:
    """Whether TLS is spoken, host, port and path of `address`; raises `AddressRefused`. No name is looked up."""
    if len(address) > LONGEST_ADDRESS:
        raise AddressRefused(f"the address has {len(address)} characters; expected at most {LONGEST_ADDRESS}")
    if any(character <= " " or character == "\x7f" or not character.isascii() for character in address):
        raise AddressRefused("expected an address in ASCII, without blanks")
    if "\\" in address:
        raise AddressRefused("expected an address without backslashes")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"expected an address such as https://hooks.example.org/parley: {error}") from error
    schemes = ("https", "http") if rules.private else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise AddressRefused(f"expected an address that begins with {' or '.join(schemes)}://, and names a host")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("expected an address without a user name or password in it")
    if parts.fragment:
        raise AddressRefused("expected an address without a fragment (#)")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    if not rules.hosts:
        raise AddressRefused("this server calls no address: its operator listed none in WEBHOOK_HOSTS")
    allowed = {each.lower() if ":" in each else f"{each.lower()}:443" for each in rules.hosts}
    if f"{parts.hostname.lower().rstrip('.')}:{port}" not in allowed:
        raise AddressRefused(f"expected one of the hosts that this server may call: {', '.join(rules.hosts)}")
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return secure, parts.hostname, port, path


def looked_up(address: str, rules: Rules) -> Destination:
    """`address` with the network address that its host has now; raises `AddressRefused` where that is not public."""
    secure, host, port, path = check_address(address, rules)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotDelivered(f"no address is known of {host}") from error
    ips = [str(each[4][0]) for each in found]
    for ip in ips:
        # One that is not public spoils all: which of them is taken would be chance.
        if not rules.private and not is_public(ip):
            raise AddressRefused(f"{host} leads to {ip}, which is not on the public internet")
    return Destination(secure, host, port, path, ips[0])


def is_public(ip: str) -> bool:
    """Whether an address lies on the public internet, itself and as what it stands for."""
    address: IP = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


def post(address: str, body: bytes, headers: Mapping[str, str], *, rules: Rules) -> int:
    """Send `body` by POST; the status, where it is of the 200s, else `NotDelivered`. No redirect is followed."""
    to = looked_up(address, rules)
    connection = _Pinned(to)
    try:
        connection.request("POST", to.path, body=body, headers={"User-Agent": "Parley", **headers})
        answer = connection.getresponse()
        answer.read(MOST_READ)
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(f"{to.host} was not reached: {type(error).__name__}: {error}"[:250]) from error
    finally:
        connection.close()
    if 300 <= answer.status < 400:
        raise NotDelivered(f"{to.host} answered {answer.status}: it sends elsewhere, and redirects are not followed")
    if not 200 <= answer.status < 300:
        raise NotDelivered(f"{to.host} answered {answer.status}; expected 200 to 299")
    return answer.status


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the host's name means by now."""

    def __init__(self, to: Destination) -> None:
        super().__init__(to.host, to.port, timeout=PATIENCE)
        self.to = to
        # What `http.client` leaves out of the Host header.
        self.default_port = 443 if to.secure else 80

    def connect(self) -> None:
        """Connect, and make sure over TLS that it is the host."""
        plain: Any = socket.create_connection((self.to.ip, self.to.port), timeout=PATIENCE)
        self.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=self.to.host) if self.to.secure else plain
        )
