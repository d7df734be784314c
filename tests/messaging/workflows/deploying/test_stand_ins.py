"""Channels that name others as their stand-ins, as `push` checks and stores them."""

from __future__ import annotations

import pytest

from addressee.messaging.environment.channels import by_key
from addressee.messaging.workflows.configuration import ConfigurationError
from tests.messaging.office import IN_APP, OUTBOX, Office

SLACK = "type: chat\nprovider: slack"
DISCORD = "type: chat\nprovider: discord"
OWN_URL = "type: http\nprovider: webhook\nsettings: {url: 'https://example.com/hook'}"
THEIR_URL = "type: http\nprovider: webhook"


def with_stand_ins(channel: str, *keys: str) -> str:
    return f"{channel}\nfailover: [{', '.join(keys)}]"


async def problems(office: Office, files: dict[str, str]) -> list[str]:
    for file in (office.folder / "pushed").rglob("*.yaml"):
        file.unlink()
    with pytest.raises(ConfigurationError) as error:
        await office.push({f"channels/{key}.yaml": text for key, text in files.items()})
    return [str(problem) for problem in error.value.problems]


async def stand_ins(office: Office, key: str) -> tuple[str, ...]:
    return (await by_key(office.pool, office.environment_id))[key].failover


async def test_stand_ins_are_stored_in_their_order_and_replaced_by_the_next_push(office: Office) -> None:
    files = {"channels/b.yaml": OUTBOX, "channels/c.yaml": OUTBOX}
    await office.push({**files, "channels/a.yaml": with_stand_ins(OUTBOX, "c", "b")})
    assert await stand_ins(office, "a") == ("c", "b")
    done = await office.push({**files, "channels/a.yaml": with_stand_ins(OUTBOX, "c", "b")})
    assert {each.effect for each in done} == {"unchanged"}
    await office.push({**files, "channels/a.yaml": with_stand_ins(OUTBOX, "b")})
    assert await stand_ins(office, "a") == ("b",)
    await office.push({**files, "channels/a.yaml": OUTBOX})
    assert await stand_ins(office, "a") == ()


async def test_a_stand_in_may_be_in_the_environment_alone(office: Office) -> None:
    await office.push({"channels/b.yaml": OUTBOX})
    (office.folder / "pushed" / "channels" / "b.yaml").unlink()
    await office.push({"channels/a.yaml": with_stand_ins(OUTBOX, "b")})
    assert await stand_ins(office, "a") == ("b",)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"mail": with_stand_ins(OUTBOX, "mial"), "mail-2": OUTBOX},
            "channels/mail.yaml:5: there is no channel 'mial'; did you mean 'mail-2'?",
        ),
        ({"mail": with_stand_ins(OUTBOX, "mail")}, "channels/mail.yaml:5: a channel cannot stand in for itself"),
        ({"mail": with_stand_ins(OUTBOX, "b", "b"), "b": OUTBOX}, "channels/mail.yaml:5: 'b' is named twice"),
        (
            {"mail": with_stand_ins(OUTBOX, "feed"), "feed": IN_APP},
            "channels/mail.yaml:5: 'feed' cannot stand in: it is of type in_app_feed, not email",
        ),
        (
            {"slack": with_stand_ins(SLACK, "discord"), "discord": DISCORD},
            "channels/slack.yaml:3: 'discord' cannot stand in: discord does not send to the addresses of slack",
        ),
        (
            {"hook": with_stand_ins(OWN_URL, "theirs"), "theirs": THEIR_URL},
            "channels/hook.yaml:4: 'theirs' cannot stand in: one of them sends to an address of its own, the other to "
            "those of the recipient",
        ),
        (
            {"feed": with_stand_ins(IN_APP, "other"), "other": IN_APP},
            "channels/feed.yaml:2: channels of type in_app_feed store messages themselves and need no stand-in",
        ),
        (
            {"mail": with_stand_ins(OUTBOX, "b", "c", "d", "e", "f", "g")},
            "channels/mail.yaml:5: this must have at most 5 entries",
        ),
        (
            {"mail": f"{OUTBOX}\n  when_unconfirmed: failover"},
            "channels/mail.yaml:5: 'failover' needs a channel to go on with: name one in 'failover'",
        ),
    ],
)
async def test_what_cannot_stand_in_is_refused(office: Office, files: dict[str, str], problem: str) -> None:
    assert await problems(office, files) == [problem]
    assert await by_key(office.pool, office.environment_id) == {}


async def test_a_stored_stand_in_stays_one_that_can_stand_in(office: Office) -> None:
    await office.push({"channels/a.yaml": with_stand_ins(SLACK, "b"), "channels/b.yaml": SLACK})
    assert await problems(office, {"b": DISCORD}) == [
        "channels/b.yaml:2: this is a stand-in of the channel 'a', but discord does not send to the addresses of slack"
    ]
