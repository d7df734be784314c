"""Request bodies are read whole, in time, and never further than their limit."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.api.errors import MalformedError, SlowBodyError, TooLargeError
from addressee.http import bodies
from addressee.http.request import Event, Receive

COMPRESS: Mapping[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


def events(*parts: bytes, every: float = 0.0) -> Receive:
    """Receives a body in parts."""
    return events_of(list(parts), every)


def events_of(left: list[bytes], every: float = 0.0) -> Receive:
    """Receives what is left of a body, and takes it away."""

    async def receive() -> Event:
        await asyncio.sleep(every)
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    return receive


def unfinished(*parts: bytes) -> Receive:
    """Receives parts of a body whose rest never arrives."""
    left = list(parts)

    async def receive() -> Event:
        if not left:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": True}

    return receive


async def test_parts_are_joined() -> None:
    assert await bodies.received(events(b"a", b"", b"bc"), 3, None) == b"abc"


async def test_a_known_length_ends_it_without_another_event() -> None:
    assert await bodies.received(unfinished(b"ab", b"c"), 5, 3) == b"abc"


async def test_what_is_cut_off_ends_where_its_client_left() -> None:
    assert await bodies.received(events(b"ab"), 5, 3) == b"ab"


async def test_one_byte_too_many_ends_it() -> None:
    with pytest.raises(TooLargeError):
        await bodies.received(unfinished(b"ab", b"cd"), 3, None)


async def test_the_rest_of_what_is_too_large_is_read_so_that_its_client_reads_the_answer() -> None:
    left = [b"ab", b"cd", b"ef", b"gh"]
    with pytest.raises(TooLargeError):
        await bodies.received(events_of(left), 3, None)
    assert left == []


async def test_it_is_read_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DROPPED_BYTES", 5)
    left = [b"abcd", b"ef", b"gh", b"ij", b"kl"]
    with pytest.raises(TooLargeError):
        await bodies.received(events_of(left), 3, None)
    assert left == [b"kl"]


@pytest.mark.parametrize("parts", [(), (b"half",)])
async def test_what_never_arrives_is_given_up(monkeypatch: pytest.MonkeyPatch, parts: Sequence[bytes]) -> None:
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.01)
    with pytest.raises(SlowBodyError):
        await bodies.received(unfinished(*parts), 100, None)


async def test_so_is_what_trickles_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LONGEST_SECONDS", 0.02)
    with pytest.raises(SlowBodyError):
        await bodies.received(events(*[b" "] * 1000, every=0.001), 2000, None)


@given(st.sampled_from(["gzip", "deflate"]), st.binary(max_size=200), st.integers(0, 200))
def test_inflating_gives_the_whole_or_refuses_it(encoding: str, body: bytes, limit: int) -> None:
    raw = COMPRESS[encoding](body)
    if len(body) > limit:
        with pytest.raises(TooLargeError):
            bodies.inflated(raw, encoding, limit)
    else:
        assert bodies.inflated(raw, encoding, limit) == body


@given(st.sampled_from(["gzip", "deflate"]), st.binary(min_size=1, max_size=200))
def test_whatever_says_that_it_is_compressed_is_read_or_refused(encoding: str, raw: bytes) -> None:
    with suppress(MalformedError, TooLargeError):
        bodies.inflated(raw, encoding, 1000)


def test_a_small_body_cannot_become_large() -> None:
    with pytest.raises(TooLargeError):
        bodies.inflated(gzip.compress(bytes(50_000_000)), "gzip", 1_000_000)
