"""A push token belongs to one recipient: giving it to another removes it from the first."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.database.target import Target
from addressee.directory.addresses.device_tokens import tokens_in
from addressee.directory.addresses.push_tokens import ReleaseTokens, TokenTransfer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import (
    AddAddress,
    Delete,
    DisableAddress,
    Edit,
    Identify,
    RemoveAddress,
    RemoveAddresses,
    SetChannelData,
    UnsetChannelData,
)
from addressee.directory.recipient import MEMBERS, USERS, Place, Recipient
from addressee.directory.writing.token_transfers import TokenReleaser
from addressee.directory.writing.writes import Write, Written
from tests.conftest import Environment
from tests.support.clock import MovedClock
from tests.support.processes import run_module

At = Callable[[str], Place]

ANDROID = AddAddress("android_push", "t")


@pytest.fixture
def directory(pool: Pool, clock: MovedClock) -> Directory:
    return Directory(pool, clock, sealer=lambda: Sealer(bytes(32)))


@pytest.fixture
def releasing(pool: Pool, clock: MovedClock) -> TokenReleaser:
    return TokenReleaser(pool, clock)


@pytest.fixture
def at(environment: Environment) -> At:
    return lambda id: Place(environment.id, USERS, id)


async def write(directory: Directory, place: Place, *edits: Edit) -> Recipient:
    written = await directory.write(Write(place, edits))
    assert written.recipient is not None
    return written.recipient


async def tokens(directory: Directory, *places: Place) -> list[list[str]]:
    found = await directory.read_all(places)
    return [[address["key"] for address in found[place].addresses] if place in found else [] for place in places]


async def claims(pool: Pool, at: At) -> list[str]:
    rows = await pool.fetch(
        "SELECT recipient_id FROM addressee.push_tokens WHERE environment_id = $1 ORDER BY 1", at("").environment_id
    )
    return [row["recipient_id"] for row in rows]


async def jobs(pool: Pool, at: At) -> list[ReleaseTokens]:
    rows = await pool.fetch("SELECT arguments FROM addressee.jobs WHERE name = 'release_tokens'")
    found = [msgspec.json.decode(row["arguments"], type=ReleaseTokens) for row in rows]
    return [job for job in found if job.people[0].environment_id == at("").environment_id]


async def test_a_token_leaves_who_had_it_before_the_caller_is_answered(
    directory: Directory, at: At, pool: Pool
) -> None:
    await write(directory, at("ada"), ANDROID, AddAddress("android_push", "u"), AddAddress("email", "a@b.cd"))
    await write(directory, at("bob"), ANDROID)
    assert await tokens(directory, at("ada"), at("bob")) == [["fcm:u", "a@b.cd"], ["fcm:t"]]
    assert await claims(pool, at) == ["ada", "bob"]
    assert not await pool.fetchval("SELECT count(*) FROM addressee.push_tokens WHERE former_uid IS NOT NULL")
    history = await pool.fetch(
        "SELECT edit, after FROM addressee.changes WHERE environment_id = $1 AND id = 'ada' ORDER BY version",
        at("ada").environment_id,
    )
    assert [(row["edit"], json.loads(row["after"])) for row in history][-1] == (
        "remove_address",
        {"addresses": ["android_push"]},
    )


async def test_one_write_of_many_takes_as_one_alone_does(directory: Directory, at: At) -> None:
    await write(directory, at("ada"), ANDROID)
    results = await directory.write_all([Write(at("bob"), (ANDROID,)), Write(at("eve"), (Identify(),))])
    assert [isinstance(result, Written) for result in results] == [True, True]
    assert await tokens(directory, at("ada"), at("bob")) == [[], ["fcm:t"]]


async def test_a_token_is_the_same_whatever_kind_it_was_given_as(directory: Directory, at: At) -> None:
    await write(directory, at("ada"), ANDROID, AddAddress("android_push", "t", "xiaomi"))
    await write(directory, at("bob"), AddAddress("ios_push", "t"))
    assert await tokens(directory, at("ada"), at("bob")) == [[], ["apns:t"]]
    web = AddAddress("web_push", {"endpoint": "https://p.example", "keys": {"p256dh": "p", "auth": "a"}})
    await write(directory, at("ada"), web)
    await write(directory, at("bob"), web)
    assert await tokens(directory, at("ada"), at("bob")) == [[], ["apns:t", "https://p.example"]]


async def test_objects_have_tokens_too_and_environments_share_none(
    directory: Directory, at: At, environment: Environment, pool: Pool
) -> None:
    await write(directory, at("ada"), ANDROID)
    kiosk, elsewhere = Place(environment.id, "kiosks", "1"), Place(3, USERS, f"ada-of-{environment.name}")
    mine = AddAddress("android_push", environment.name)
    await write(directory, at("ada"), mine)
    await write(directory, elsewhere, mine)
    await write(directory, kiosk, ANDROID)
    assert await tokens(directory, at("ada"), kiosk, elsewhere) == [
        [f"fcm:{environment.name}"],
        ["fcm:t"],
        [f"fcm:{environment.name}"],
    ]
    await write(directory, elsewhere, Delete())


DEVICE = SetChannelData("phones", {"devices": [{"token": "t"}]})


async def test_a_token_in_the_data_of_a_channel_is_the_same_as_an_address(
    directory: Directory, at: At, clock: MovedClock, pool: Pool
) -> None:
    kept = {"devices": [{"token": "u", "locale": "de"}], "note": "kept"}
    await write(directory, at("ada"), SetChannelData("phones", {**kept, "devices": [{"token": "t"}, *kept["devices"]]}))
    before = (await directory.read_all([at("ada")]))[at("ada")]
    clock.move(timedelta(seconds=5))
    await write(directory, at("bob"), ANDROID)
    after = (await directory.read_all([at("ada")]))[at("ada")]
    assert after.channel_data["phones"]["data"] == kept
    assert after.channel_data["phones"]["created_at"] == before.channel_data["phones"]["created_at"]
    assert after.channel_data["phones"]["updated_at"] > before.channel_data["phones"]["updated_at"]
    assert (after.version, sorted(await claims(pool, at))) == (before.version + 1, ["ada", "bob"])
    await write(directory, at("ada"), DEVICE)
    assert await tokens(directory, at("bob")) == [[]]


async def test_who_has_a_token_twice_keeps_it_until_both_are_gone(directory: Directory, at: At, pool: Pool) -> None:
    await write(directory, at("ada"), ANDROID, DEVICE)
    assert await claims(pool, at) == ["ada"]
    await write(directory, at("ada"), RemoveAddress("android_push", "t"))
    assert await claims(pool, at) == ["ada"]
    await write(directory, at("ada"), UnsetChannelData("phones"))
    assert await claims(pool, at) == []


async def test_what_is_not_looked_at(directory: Directory, at: At, environment: Environment, pool: Pool) -> None:
    """Other addresses may repeat; so may secrets of channels, disabled tokens, and those within a tenant."""
    within = Place(environment.id, f"{MEMBERS}/1/2", "ada")
    email = AddAddress("email", "a@b.cd")
    await write(directory, at("ada"), email, SetChannelData("slack", {"connections": [{"access_token": "t"}]}))
    await write(directory, at("bob"), email, ANDROID)
    await write(directory, within, ANDROID)
    await write(directory, at("eve"), Identify(), DisableAddress("android_push", "t"))
    assert await tokens(directory, at("ada"), at("bob"), within) == [["a@b.cd"], ["a@b.cd", "fcm:t"], ["fcm:t"]]
    assert await claims(pool, at) == ["bob"]


@pytest.mark.parametrize(
    "ending",
    [
        RemoveAddress("android_push", "t"),
        RemoveAddresses("android_push"),
        DisableAddress("android_push", "t"),
        Delete(),
    ],
    ids=["removed", "all removed", "disabled", "deleted"],
)
async def test_a_token_that_is_given_up_is_nobodys(directory: Directory, at: At, pool: Pool, ending: Edit) -> None:
    await write(directory, at("ada"), ANDROID)
    await write(directory, at("ada"), ending)
    assert await claims(pool, at) == []
    await write(directory, at("bob"), ANDROID)
    assert await jobs(pool, at) == []


async def test_a_token_can_come_back(directory: Directory, at: At) -> None:
    for id in ("ada", "bob", "ada"):
        await write(directory, at(id), ANDROID)
    assert await tokens(directory, at("ada"), at("bob")) == [["fcm:t"], []]


async def test_of_two_in_one_batch_the_last_one_gets_it(directory: Directory, at: At, pool: Pool) -> None:
    await directory.write_all([Write(at(id), (ANDROID,)) for id in ("ada", "bob", "eve")])
    assert await tokens(directory, at("ada"), at("bob"), at("eve")) == [[], [], ["fcm:t"]]
    assert await claims(pool, at) == ["eve"]


async def test_tokens_are_exchanged_in_one_batch(directory: Directory, at: At, pool: Pool) -> None:
    other = AddAddress("android_push", "u")
    await directory.write_all([Write(at("ada"), (ANDROID,)), Write(at("bob"), (other,))])
    exchange = [
        Write(at("ada"), (RemoveAddresses("android_push"), other)),
        Write(at("bob"), (RemoveAddresses("android_push"), ANDROID)),
    ]
    await directory.write_all(exchange)
    assert await tokens(directory, at("ada"), at("bob")) == [["fcm:u"], ["fcm:t"]]
    assert await jobs(pool, at) == []


async def test_the_job_does_it_when_the_process_ended_before(
    directory: Directory, at: At, pool: Pool, releasing: TokenReleaser
) -> None:
    ada = await write(directory, at("ada"), ANDROID)
    written = await directory.writer.write(Write(at("bob"), (ANDROID,)))
    (job,) = await jobs(pool, at)
    assert job.people == list(written.transfers)
    assert [(transfer.place, transfer.uid) for transfer in job.people] == [(at("ada"), ada.uid)]
    assert await tokens(directory, at("ada")) == [["fcm:t"]]
    await asyncio.gather(*(releasing.release(job) for _ in range(3)))
    assert await tokens(directory, at("ada"), at("bob")) == [[], ["fcm:t"]]


async def test_what_the_database_refuses_just_then_is_left_to_the_job(
    directory: Directory, at: At, pool: Pool, releasing: TokenReleaser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> None:
        raise asyncpg.DeadlockDetectedError

    await write(directory, at("ada"), ANDROID)
    with monkeypatch.context() as patched:
        patched.setattr("addressee.directory.writing.token_transfers.store_recipients", refuse)
        await write(directory, at("bob"), ANDROID)
    (job,) = await jobs(pool, at)
    await releasing.release(job)
    assert await tokens(directory, at("ada"), at("bob")) == [[], ["fcm:t"]]


async def lose(directory: Directory, at: At) -> Sequence[TokenTransfer]:
    """Ada's token is Bob's, and she does not know it yet."""
    await write(directory, at("ada"), ANDROID)
    return (await directory.writer.write(Write(at("bob"), (ANDROID,)))).transfers


async def test_a_token_stays_with_who_got_it_back_meanwhile(
    directory: Directory, at: At, releasing: TokenReleaser
) -> None:
    transfers = await lose(directory, at)
    await write(directory, at("ada"), RemoveAddress("android_push", "t"))
    await write(directory, at("ada"), ANDROID)
    await releasing.release(ReleaseTokens(transfers))
    assert await tokens(directory, at("ada"), at("bob")) == [["fcm:t"], []]


async def test_a_token_that_is_lost_does_not_come_back_by_itself(
    directory: Directory, at: At, releasing: TokenReleaser
) -> None:
    transfers = await lose(directory, at)
    await write(directory, at("bob"), RemoveAddress("android_push", "t"))
    await releasing.release(ReleaseTokens(transfers))
    await write(directory, at("eve"), ANDROID)
    assert await tokens(directory, at("ada"), at("bob"), at("eve")) == [[], [], ["fcm:t"]]


async def test_the_next_person_under_the_id_loses_nothing(
    directory: Directory, at: At, releasing: TokenReleaser, pool: Pool
) -> None:
    transfers = await lose(directory, at)
    await write(directory, at("ada"), Delete())
    await releasing.release(ReleaseTokens(transfers))
    await pool.execute("DELETE FROM addressee.push_tokens WHERE environment_id = $1", at("").environment_id)
    await write(directory, at("ada"), ANDROID)
    await releasing.release(ReleaseTokens(transfers))
    assert await tokens(directory, at("ada")) == [["fcm:t"]]


async def test_tokens_go_with_who_is_merged_and_come_back(directory: Directory, at: At, pool: Pool) -> None:
    await write(directory, at("ada"), AddAddress("android_push", "u"))
    await write(directory, at("guest"), ANDROID)
    done = await directory.merges.merge(at("ada"), at("guest"))
    assert await claims(pool, at) == ["ada", "ada"]
    assert await jobs(pool, at) == []
    await directory.merges.undo(at("ada").environment_id, done.merge.id)
    assert await tokens(directory, at("ada"), at("guest")) == [["fcm:u"], ["fcm:t"]]
    assert await claims(pool, at) == ["ada", "guest"]


async def test_undoing_a_merge_takes_no_token_from_who_got_it_since(
    directory: Directory, at: At, pool: Pool, releasing: TokenReleaser
) -> None:
    await write(directory, at("ada"), Identify())
    await write(directory, at("guest"), ANDROID)
    done = await directory.merges.merge(at("ada"), at("guest"))
    await write(directory, at("eve"), ANDROID)
    assert await tokens(directory, at("ada"), at("eve")) == [[], ["fcm:t"]]
    await directory.merges.undo(at("ada").environment_id, done.merge.id)
    for job in await jobs(pool, at):
        await releasing.release(job)
    assert await tokens(directory, at("ada"), at("guest"), at("eve")) == [[], [], ["fcm:t"]]


@pytest.mark.parametrize("seed", [1, 2])
async def test_in_the_end_one_has_each_token_whoever_asked_at_the_same_moment(
    pool: Pool,
    target: Target,
    environment: Environment,
    directory: Directory,
    at: At,
    releasing: TokenReleaser,
    seed: int,
) -> None:
    """Processes give the same few tokens to the same few people, take them away, and delete them."""
    given = {"environment_id": environment.id, "callers": 4, "turns": 25, "users": 4, "tokens": 3}
    runs = [
        run_module("tests.support.token_transfers", target, seed=100 * seed + number, **given) for number in range(3)
    ]
    answers: list[dict[str, Any]] = [answer for run in await asyncio.gather(*runs) for answer in run]
    assert len(answers) == 3 * 4 * 25
    await asyncio.gather(*(releasing.release(job) for job in await jobs(pool, at)))
    people = await directory.read_all([at(f"user-{number}") for number in range(4)])
    owners: dict[str, list[str]] = {}
    for place, person in people.items():
        for token in {*(address["value"] for address in person.addresses), *tokens_in(person.channel_data)}:
            owners.setdefault(token, []).append(place.id)
    assert all(len(ids) == 1 for ids in owners.values())
    rows = await pool.fetch(
        "SELECT recipient_id, uid FROM addressee.push_tokens WHERE environment_id = $1", environment.id
    )
    assert sorted(row["recipient_id"] for row in rows) == sorted(id for ids in owners.values() for id in ids)
    assert {row["uid"] for row in rows} <= {person.uid for person in people.values()}
