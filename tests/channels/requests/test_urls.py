"""URLs that recipients and clients give: which are a provider's, where they lead, what of them is secret."""

import pytest

from addressee.channels.requests.urls import is_on, secrets_of, through

SECRET = "https://hooks.example.com/services/T0123456789ab/short?sig=abcdefghijklm"


def test_a_base_url_takes_the_place_of_the_host() -> None:
    assert through(None, SECRET) == SECRET
    assert through("http://127.0.0.1:8080/proxy/", "HTTPS://a.example/x?y=z#w") == "http://127.0.0.1:8080/proxy/x?y=z"


def test_long_parts_of_a_secret_url_are_secrets() -> None:
    path, query = "/services/T0123456789ab/short", "sig=abcdefghijklm"
    assert secrets_of(SECRET) == (SECRET, path, query, "T0123456789ab", "abcdefghijklm")


@pytest.mark.parametrize(
    ("url", "hosts", "expected"),
    [
        ("https://hooks.slack.com/services/x", ("hooks.slack.com",), True),
        ("https://hooks.slack.com:443/x", ("hooks.slack.com",), True),
        ("https://HOOKS.slack.com/x", ("hooks.slack.com",), True),
        ("https://prod-1.westeurope.logic.azure.com/x", ("*.logic.azure.com",), True),
        ("http://hooks.slack.com/x", ("hooks.slack.com",), False),
        ("https://hooks.slack.com:8443/x", ("hooks.slack.com",), False),
        ("https://a:b@hooks.slack.com/x", ("hooks.slack.com",), False),
        ("https://hooks.slack.com@169.254.169.254/x", ("hooks.slack.com",), False),
        ("https://hooks.slack.com.evil.example/x", ("hooks.slack.com",), False),
        ("https://evillogic.azure.com/x", ("*.logic.azure.com",), False),
        ("https://hooks.slack.com:port/x", ("hooks.slack.com",), False),
        ("https://[x", ("hooks.slack.com",), False),
        (" https://hooks.slack.com/x", ("hooks.slack.com",), False),
        ("https://hooks.slack.com/x\n", ("hooks.slack.com",), False),
        ("https://hooks.slack.com/\tx", ("hooks.slack.com",), False),
    ],
)
def test_a_url_is_on_a_providers_hosts(url: str, hosts: tuple[str, ...], expected: bool) -> None:
    assert is_on(url, hosts) is expected
