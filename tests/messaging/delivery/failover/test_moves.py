"""Messages go on to stand-ins: when, to which one, and what tells of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from addressee.channels.sender import Failed, Failure, Sent
from addressee.database.paging import PageRequest
from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.failover import failover
from addressee.messaging.messages.status import Status
from tests.messaging.delivery.failover.scripted import Scripted

PEOPLE = [f"user-{number}" for number in range(12)]


async def break_channel(channels: Scripted, key: str) -> None:
    """Has a channel's secrets be sealed with another key."""
    await channels.office.pool.execute(
        "UPDATE addressee.channels SET sealed_secrets = 'sealed elsewhere' WHERE environment_id = $1 AND key = $2",
        channels.office.environment_id,
        key,
    )


async def test_the_message_tells_the_whole_story(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS, "second": Failure.CREDENTIALS}
    await channels.push("second", "third")
    await channels.send()
    message = await channels.message()
    assert (message.status, message.channel.key) == (Status.SENT, "first")
    assert await channels.office.events(message) == [
        ("created", None),
        ("queued", None),
        ("delivery_attempted", attempt("first says credentials")),
        ("queued", moved("credentials", "first", "second")),
        ("delivery_attempted", attempt("second says credentials")),
        ("queued", moved("credentials", "second", "third")),
        ("sent", None),
    ]
    journal = [entry for entry in await channels.office.journal("ada") if entry["event"] == "failed_over"]
    assert [entry["data"] for entry in journal] == [
        {**moved("credentials", "first", "second"), "message_id": message.id},
        {**moved("credentials", "second", "third"), "message_id": message.id},
    ]
    assert {entry["step_ref"] for entry in journal} == {"mail"}
    logs = await channels.office.messaging.messages.delivery_logs(
        channels.office.environment_id, message.id, PageRequest(50)
    )
    assert logs is not None
    assert [log.service for log in logs.entries] == ["first", "second"]
    first = await channels.office.channel_id("first")
    assert len(await channels.office.messages("ada", channel_ids=[first])) == 1


def attempt(details: str) -> dict[str, Any]:
    return {"attempt": 1, "max_attempts": 8, "retryable": True, "failure_details": details}


def moved(failure: str, from_channel: str, to_channel: str) -> dict[str, Any]:
    return {"reason": "failover", "failure": failure, "from_channel": from_channel, "to_channel": to_channel}


async def test_all_who_wait_for_a_channel_that_pauses_go_on_at_once(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS}
    await channels.push("second")
    await channels.send(*PEOPLE)
    assert channels.asked.count("first") <= 10
    assert channels.asked.count("second") == len(PEOPLE)
    assert [(await channels.message(id)).status for id in PEOPLE] == [Status.SENT] * len(PEOPLE)
    asked = channels.asked.count("first")
    await channels.send("late")
    assert channels.asked.count("first") == asked
    assert await channels.moves("late") == [moved("credentials", "first", "second")]


async def test_who_comes_after_the_pause_is_sent_by_the_channel_itself(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS}
    await channels.push("second")
    await channels.send()
    channels.answers, channels.asked = {}, []
    channels.office.clock.move(timedelta(minutes=2))
    await channels.send("bob")
    assert channels.asked == ["first"]


async def test_a_stand_in_that_pauses_is_passed_over(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS, "second": Failure.CREDENTIALS}
    await channels.push("second", "third")
    await channels.send("ada")
    channels.asked.clear()
    await channels.send("bob")
    assert channels.asked == ["third"]
    assert await channels.moves("bob") == [moved("credentials", "first", "third")]


async def test_where_all_stand_ins_pause_it_waits_for_its_own_channel(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS, "second": Failure.CREDENTIALS}
    await channels.push("second")
    await channels.send("ada")
    await channels.send("bob")
    assert await channels.moves("bob") == []
    channels.answers = {}
    channels.asked.clear()
    await channels.office.work_after(timedelta(minutes=2))
    assert sorted(channels.asked) == ["first", "second"]
    assert (await channels.message("bob")).status is Status.SENT


async def test_a_channel_that_cannot_be_opened_is_stood_in_for(channels: Scripted) -> None:
    await channels.push("second", "third")
    await break_channel(channels, "first")
    await break_channel(channels, "second")
    await channels.send()
    assert channels.asked == ["third"]
    assert await channels.moves() == [moved("not_opened", "first", "third")]


async def test_a_channel_that_cannot_be_opened_without_stand_ins_keeps_its_messages(channels: Scripted) -> None:
    await channels.push()
    await break_channel(channels, "first")
    await channels.send()
    assert channels.asked == []
    assert (await channels.message()).status is Status.QUEUED


@pytest.mark.parametrize("failure", [Failure.UNAVAILABLE, Failure.RATE_LIMITED, Failure.TEMPORARY])
async def test_who_asks_for_a_long_pause_is_not_waited_for(channels: Scripted, failure: Failure) -> None:
    channels.answers = {"first": Failed(failure, "later", retry_after=timedelta(minutes=6))}
    await channels.push("second")
    await channels.send()
    assert channels.asked == ["first", "second"]


async def test_who_asks_for_a_short_pause_is_waited_for(channels: Scripted) -> None:
    channels.answers = {"first": Failed(Failure.RATE_LIMITED, "later", retry_after=timedelta(seconds=20))}
    await channels.push("second")
    await channels.send()
    channels.answers = {}
    await channels.office.work_after(timedelta(seconds=25))
    assert channels.asked == ["first", "first"]


async def test_a_lost_answer_moves_on_if_the_first_channel_says_so(channels: Scripted) -> None:
    channels.answers = {"first": Failure.UNCONFIRMED, "second": Failure.UNCONFIRMED}
    await channels.push("second", "third", first="\n  when_unconfirmed: failover")
    await channels.send()
    assert channels.asked == ["first", "second", "third"]
    assert [move["failure"] for move in await channels.moves()] == ["unconfirmed", "unconfirmed"]


async def test_a_stand_in_may_give_up_on_a_lost_answer(channels: Scripted) -> None:
    channels.answers = {"first": Failure.UNCONFIRMED, "second": Failure.UNCONFIRMED}
    await channels.push("second", "third", first="\n  when_unconfirmed: failover", second="\n  when_unconfirmed: stop")
    await channels.send()
    await channels.pass_days()
    assert channels.asked == ["first", "second"]
    assert (await channels.message()).status is Status.UNDELIVERED


async def test_after_a_lost_answer_it_stays_whatever_follows(channels: Scripted) -> None:
    channels.answers = {"first": Failure.UNCONFIRMED}
    await channels.push("second")
    await channels.send()
    channels.answers = {"first": Failure.CREDENTIALS}
    await channels.office.work_after(timedelta(seconds=15))
    channels.answers = {}
    await channels.pass_days()
    assert channels.asked == ["first", "first", "first"]
    assert (await channels.message()).status is Status.SENT


async def test_a_stand_in_that_the_recipient_refuses_is_passed_over(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS}
    await channels.push("second", "third")
    office = channels.office
    await office.identify("ada", email="ada@example.org")
    refused = {"channels": {str(await office.channel_id("second")): False}}
    await office.directory.write(Write(office.user("ada"), (SetPreferences("default", refused),)))
    await channels.send("ada")
    assert channels.asked == ["first", "third"]


async def test_sending_again_begins_with_the_channel_of_the_step(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS, "second": Failure.PERMANENT}
    await channels.push("second")
    await channels.send()
    message = await channels.message()
    assert message.status is Status.UNDELIVERED
    channels.answers = {}
    channels.asked.clear()
    channels.office.clock.move(timedelta(hours=1))
    await channels.office.messaging.resender.send_again(channels.office.environment_id, message.id, 0)
    await channels.office.work()
    assert channels.asked == ["first"]


async def test_the_stand_ins_of_a_stand_in_do_not_count(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS, "second": Failure.CREDENTIALS}
    await channels.push("second", second="\nfailover: [third]", third="")
    await channels.send()
    assert channels.asked == ["first", "second"]
    assert (await channels.message()).status is Status.DELIVERY_ATTEMPTED


async def test_nothing_is_looked_up_for_channels_without_stand_ins(
    channels: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "find_moves", None)
    for failure in Failure:
        channels.answers = {"first": failure}
        await channels.push()
        await channels.send(failure)
    assert set(channels.asked) == {"first"}


async def test_the_stand_in_sends_under_its_own_name(channels: Scripted) -> None:
    channels.answers = {"first": Failure.CREDENTIALS, "second": Sent()}
    await channels.push("second", second="\n  reply_to: help@example.net")
    await channels.send()
    content: Any = channels.reached[-1].content
    assert (content.sender, content.reply_to, content.text) == (
        "second@example.com",
        "help@example.net",
        "Hello Ada",
    )
