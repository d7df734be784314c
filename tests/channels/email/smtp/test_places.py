"""Places of a channel, whose connections are none here."""

from __future__ import annotations

import asyncio

import pytest

from addressee.channels.email.smtp.places import QUICK_SECONDS, Place, Places
from tests.channels.email.smtp.test_conversation import EMAIL, NEXT

LONG, SHORT = 60, 0.02


async def taken(places: Places) -> asyncio.Task[Place]:
    """Returns the task of an e-mail that waits for a place."""
    task = asyncio.create_task(places.take(EMAIL, LONG))
    await asyncio.sleep(0)
    return task


async def test_the_place_that_was_used_last_is_taken_first() -> None:
    places = Places([Place(), Place()])
    first, second = await places.take(EMAIL, LONG), await places.take(EMAIL, LONG)
    places.give_back(first)
    places.give_back(second)
    assert await places.take(EMAIL, LONG) is second


async def test_emails_wait_in_a_line() -> None:
    places = Places([Place()])
    place = await places.take(EMAIL, LONG)
    first, second = await taken(places), await taken(places)
    places.give_back(place)
    assert await first is place
    assert not second.done()
    places.give_back(place)
    assert await second is place


async def test_who_waits_for_too_long_waits_no_more() -> None:
    places = Places([Place()])
    place = await places.take(EMAIL, LONG)
    with pytest.raises(TimeoutError):
        await places.take(EMAIL, SHORT)
    places.give_back(place)
    assert await places.take(EMAIL, LONG) is place


async def test_a_place_that_comes_as_its_email_gives_up_goes_to_the_next() -> None:
    places = Places([Place()])
    place = await places.take(EMAIL, LONG)
    first, second = await taken(places), await taken(places)
    places.give_back(place)
    first.cancel()
    assert await second is place


async def test_an_email_that_was_just_cancelled_gets_no_place() -> None:
    """Its task has not run since, so it still stands in the line."""
    places = Places([Place()])
    place = await places.take(EMAIL, LONG)
    cancelled, next_one = await taken(places), await taken(places)
    cancelled.cancel()
    places.give_back(place)
    assert await next_one is place


async def test_a_place_for_which_only_a_cancelled_email_waits_is_free() -> None:
    places = Places([Place()])
    place = await places.take(EMAIL, LONG)
    cancelled = await taken(places)
    cancelled.cancel()
    assert places.next_at(place, lambda email: True) is None
    places.give_back(place)
    assert places.free == [place]
    await asyncio.wait({cancelled})
    assert cancelled.cancelled()


async def test_no_email_follows_at_once_where_the_last_one_took_long() -> None:
    places = Places([Place()])
    place = await places.take(EMAIL, LONG)
    waiting = await taken(places)
    place.seconds = QUICK_SECONDS + 0.1
    assert places.next_at(place, lambda email: True) is None
    places.give_back(place)
    assert await waiting is place


async def test_the_next_email_is_named_once_and_gets_the_place() -> None:
    places = Places([Place(), Place()])
    place, other = await places.take(EMAIL, LONG), await places.take(EMAIL, LONG)
    assert places.next_at(place, lambda email: True) is None
    waiting = asyncio.create_task(places.take(NEXT, LONG))
    await asyncio.sleep(0)
    assert places.next_at(place, lambda email: email is not NEXT) is None
    assert places.next_at(place, lambda email: True) is NEXT
    assert places.next_at(other, lambda email: True) is None
    places.give_back(other)
    assert not waiting.done()
    places.give_back(place)
    assert await waiting is place


async def test_an_email_whose_place_does_not_come_goes_before_the_rest() -> None:
    places = Places([Place(), Place()])
    hanging, other = await places.take(EMAIL, LONG), await places.take(EMAIL, LONG)
    late = asyncio.create_task(places.take(EMAIL, 1))
    await asyncio.sleep(0)
    assert places.next_at(hanging, lambda email: True) is EMAIL
    assert hanging.told is not None
    await asyncio.wait({hanging.told.place})
    rest = await taken(places)
    await asyncio.sleep(0)
    places.give_back(other)
    assert await late is other
    assert not rest.done()
    places.give_back(hanging)
    assert await rest is hanging
