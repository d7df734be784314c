"""URLs of endpoints: which are taken when an endpoint is stored. Pure.

Where a name leads is checked at each connection (`channels/requests/public_hosts.py`); an address says it at once.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from addressee.channels.requests.public_hosts import AllowedHosts, NotPublicError
from addressee.channels.requests.rules import url_problem
from addressee.directory.documents import check_text
from addressee.directory.domains import DomainError, ascii_domain
from addressee.directory.errors import RefusedError

MAX_LENGTH = 2_048

LOCALHOST = "localhost"
LOOPBACK = "127.0.0.1"


def check_url(url: str, allowed: AllowedHosts) -> str:
    """Returns a URL to which events may be sent. Raises RefusedError for another one."""
    check_text(url, "url")
    if (problem := url_problem(url)) is not None or len(url) > MAX_LENGTH:
        raise refused(problem or f"must have at most {MAX_LENGTH:,} characters")
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise refused("must not hold a user or a password: deliveries are signed, check the signature")
    if parts.fragment:
        raise refused("must not have a fragment (#…), which is never sent")
    host = parts.hostname or ""
    address = address_in(host)
    if address is None:
        check_name(host)
    else:
        check_address(host, address, allowed)
    if parts.scheme == "http" and not allowed.includes(host, address):
        raise refused(f"must begin with https://; {allowed.advice}")
    return url


def address_in(host: str) -> str | None:
    """Returns the IP address that a host is, in any way to write it; None for a name."""
    if host == LOCALHOST or host.endswith(f".{LOCALHOST}"):
        return LOOPBACK
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def check_name(host: str) -> None:
    try:
        ascii_domain(host.rstrip("."))
    except DomainError as error:
        raise refused(f"must name a host: {error}") from None


def check_address(host: str, address: str, allowed: AllowedHosts) -> None:
    try:
        allowed.check(host, [address])
    except NotPublicError as error:
        raise refused(f"must lead to a public host: {error}") from None


def refused(problem: str) -> RefusedError:
    return RefusedError("url", "url", f"url {problem}.")
