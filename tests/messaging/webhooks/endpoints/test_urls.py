"""URLs of endpoints: which may be stored."""

from __future__ import annotations

import pytest

from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.directory.errors import RefusedError
from addressee.messaging.webhooks.endpoints.hosts import ADVICE, webhook_hosts
from addressee.messaging.webhooks.endpoints.urls import check_url

NOBODY = AllowedHosts.listed("", ADVICE)
OURS = AllowedHosts.listed("hooks.internal, *.lan, 10.0.0.0/8, 127.0.0.1", ADVICE)

FLAG = "if it is one of yours, name it in --allow-private-webhooks (ADDRESSEE_ALLOW_PRIVATE_WEBHOOKS)."


def problem_of(url: str, allowed: AllowedHosts = NOBODY) -> str | None:
    try:
        check_url(url, allowed)
    except RefusedError as refusal:
        return refusal.message
    return None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8443/hooks/addressee?source=a&b",
        "https://bücher.example/hook",
        "https://93.184.215.14/hook",
        "https://[2606:4700::1111]/hook",
    ],
)
def test_public_hosts_are_told_by_https(url: str) -> None:
    assert problem_of(url) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://10.1.2.3/hook", "10.1.2.3"),
        ("https://127.0.0.1:9000/", "127.0.0.1"),
        ("https://2130706433/", "2130706433"),
        ("https://0x7f.1/", "0x7f.1"),
        ("https://localhost/hook", "localhost"),
        ("https://a.localhost/hook", "a.localhost"),
        ("https://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("https://[::1]/hook", "::1"),
        ("https://[::ffff:192.168.0.1]/hook", "::ffff:192.168.0.1"),
        ("https://[fd00::1]/hook", "fd00::1"),
    ],
)
def test_addresses_that_are_not_public_are_refused_with_the_flag_that_allows_them(url: str, host: str) -> None:
    assert problem_of(url) == f"url must lead to a public host: {host} is not a public host; {FLAG}"


@pytest.mark.parametrize("url", ["http://example.com/hook", "http://93.184.215.14/"])
def test_http_is_for_hosts_that_are_allowed(url: str) -> None:
    assert problem_of(url) == f"url must begin with https://; {FLAG}"
    assert problem_of(url, OURS) == f"url must begin with https://; {FLAG}"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.internal/hook",
        "http://HOOKS.internal:8080/hook",
        "http://crm.lan/hook",
        "http://10.1.2.3/hook",
        "https://10.1.2.3/hook",
        "http://127.0.0.1:9000/hook",
        "http://localhost:9000/hook",
    ],
)
def test_hosts_that_the_operator_allows_are_told_by_http_too(url: str) -> None:
    assert problem_of(url, OURS) is None
    assert problem_of(url) is not None


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "url must be a URL like https://example.com/hook."),
        ("example.com/hook", "url must be a URL like https://example.com/hook."),
        ("ftp://example.com/hook", "url must be a URL like https://example.com/hook."),
        ("https:///hook", "url must be a URL like https://example.com/hook."),
        ("https://example.com:99999/", "url must be a URL like https://example.com/hook."),
        ("https://exa mple.com/", "url must be a URL like https://example.com/hook."),
        ("https://[::1/", "url must be a URL like https://example.com/hook."),
        (
            "https://ada:secret@example.com/",
            "url must not hold a user or a password: deliveries are signed, check the signature.",
        ),
        ("https://example.com/#part", "url must not have a fragment (#…), which is never sent."),
        (f"https://example.com/{'a' * 2_030}", "url must have at most 2,048 characters."),
        ("https://exa..mple.com/", "url must name a host: 'exa..mple.com' is not an internet domain."),
        ("https://example.com/\0", "url contains a NUL character, which cannot be stored."),
    ],
)
def test_what_is_no_url_of_a_receiver_is_refused_with_the_reason(url: str, problem: str) -> None:
    assert problem_of(url, OURS) == problem


def test_the_flag_lists_hosts_and_networks() -> None:
    allowed = webhook_hosts({"ADDRESSEE_ALLOW_PRIVATE_WEBHOOKS": "hooks.internal, 10.0.0.0/8"})
    assert problem_of("http://hooks.internal/", allowed) is None
    assert problem_of("https://10.1.1.1/", allowed) is None
    assert problem_of("https://192.168.1.1/", allowed) is not None
