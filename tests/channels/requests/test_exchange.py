"""Requests and answers as the delivery log keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx2
import pytest

from addressee.channels.requests.exchange import (
    ProviderAnswer,
    ProviderRequest,
    exchange,
    open_client,
    open_public_client,
)
from addressee.channels.requests.public_hosts import AllowedHosts
from addressee.channels.sender import READ_LENGTH, Failed, Failure
from tests.channels.provider_server import Reply, provider_server

LONG = "secret " * READ_LENGTH


def request(url: str = "https://api.example.com/send") -> ProviderRequest:
    return ProviderRequest("example", url, {}, b"", {"id": "1"}, hidden=(LONG,))


def test_a_password_in_a_url_is_not_logged() -> None:
    call = request("https://user:pass-word@api.example.com:8443/send").call(None, "no answer")
    assert (call.host, call.path) == ("api.example.com:8443", "/send")


@pytest.mark.parametrize(
    "url", [" https://api.example.com/", "ftp://api.example.com/", "api.example.com", "https://a\n"]
)
async def test_what_is_no_url_is_no_failure_of_the_provider(url: str) -> None:
    async with open_client() as client:
        failed = await exchange(client, request(url))
    assert isinstance(failed, Failed)
    assert (failed.failure, failed.reason) == (Failure.PERMANENT, "example: this is no URL that can be called")


@pytest.mark.parametrize(("seconds", "pause"), [(None, None), (2.5, 2.5), (-1, 0), (1e300, 1_000_000)])
def test_a_pause_in_a_body_is_believed_up_to_a_limit(seconds: float | None, pause: float | None) -> None:
    answer = ProviderAnswer(request(), 429, {}, b"")
    assert answer.pause(seconds) == (None if pause is None else timedelta(seconds=pause))
    assert replace(answer, headers={"retry-after": "7"}).pause(seconds) is None


def test_a_hidden_text_that_is_longer_than_what_is_read_of_an_answer_is_hidden() -> None:
    answer = ProviderAnswer(request(), 400, {}, f"you sent: {LONG}".encode())
    assert answer.sent().call == request().call(400, "you sent: [...]")


PUBLIC_CLIENT = partial(open_public_client, allowed=AllowedHosts.listed("127.0.0.1", ""))


@pytest.mark.parametrize("opened", [open_client, PUBLIC_CLIENT])
async def test_a_cookie_is_not_kept(opened: Callable[[], httpx2.AsyncClient]) -> None:
    """All environments of an installation share a client."""
    async with provider_server() as server, opened() as client:
        server.answer = lambda request: Reply(headers={"set-cookie": "session=1; Path=/"})
        for _ in range(2):
            await exchange(client, request(server.url))
    assert [received.headers.get("cookie") for received in server.received] == [None, None]
    assert not list(client.cookies.jar)
