"""Hosts of one's own network that an operator has named may be asked; others of it may not."""

import pytest

from addressee.channels.requests.fetchable_hosts import fetchable_hosts
from addressee.channels.requests.public_hosts import NotPublicError
from addressee.database.errors import SetupError

LISTED = "inside.example.com, *.svc.cluster.local,10.0.0.0/8, 192.168.1.7,[fd00::]/8, ::1"


def may_be_asked(host: str, *addresses: str, listed: str = LISTED) -> bool:
    try:
        fetchable_hosts({"ADDRESSEE_PRIVATE_HOSTS": listed}).check(host, addresses)
    except NotPublicError:
        return False
    return True


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("inside.example.com", "172.16.0.1"),
        ("Inside.Example.com.", "172.16.0.1"),
        ("crm.svc.cluster.local", "172.16.0.1"),
        ("a.crm.svc.cluster.local", "172.16.0.1"),
        ("10.1.2.3", "10.1.2.3"),
        ("anything.example.org", "10.1.2.3"),
        ("192.168.1.7", "192.168.1.7"),
        ("six.example.org", "::1"),
        ("public.example.org", "8.8.8.8"),
    ],
)
def test_named_hosts_and_networks_and_public_hosts_may_be_asked(host: str, address: str) -> None:
    assert may_be_asked(host, address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("outside.example.com", "172.16.0.1"),
        ("svc.cluster.local", "172.16.0.1"),
        ("evilsvc.cluster.local", "172.16.0.1"),
        ("sub.inside.example.com", "172.16.0.1"),
        ("192.168.1.8", "192.168.1.8"),
        ("127.0.0.1", "127.0.0.1"),
        ("metadata", "169.254.169.254"),
    ],
)
def test_other_private_hosts_may_not(host: str, address: str) -> None:
    assert not may_be_asked(host, address)


def test_all_addresses_of_a_host_count() -> None:
    assert may_be_asked("both.example.org", "10.0.0.1", "8.8.8.8")
    assert not may_be_asked("both.example.org", "10.0.0.1", "127.0.0.1")
    assert not may_be_asked("10.0.0.1", "10.0.0.1", listed="")


def test_an_entry_that_is_no_host_is_refused() -> None:
    with pytest.raises(SetupError, match="ADDRESSEE_PRIVATE_HOSTS must list hosts and networks.*; not http://crm/."):
        fetchable_hosts({"ADDRESSEE_PRIVATE_HOSTS": "10.0.0.0/8, http://crm/"})
