"""Digests: batches that close at the ticks of a schedule; and batches that close at a time in the data."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from addressee.directory.edits.recipients import Identify
from addressee.directory.writing.writes import Write
from tests.messaging.effects.test_batches import BATCHED, MINUTE, batched, bodies, comment, people, push, statuses
from tests.messaging.office import Office

HOUR = timedelta(hours=1)
DAILY = {"frequency": "daily", "time": "14:00"}  # tests begin at 12:00 UTC


def digest(**settings: Any) -> str:
    written = {"schedule": DAILY, **settings}
    text = BATCHED.replace("type: batch", "type: digest")
    return text.replace("SETTINGS", msgspec.json.encode(written).decode())


async def wishes(office: Office, id: str, schedule: str) -> None:
    """Somebody says when they want their digest."""
    edit = Identify(attributes={"name": id.title()}, properties={"digest": schedule})
    await office.directory.write(Write(office.user(id), (edit,)))


async def test_a_digest_closes_at_the_next_tick_and_the_next_one_a_day_later(office: Office) -> None:
    await push(office, batched=digest())
    await people(office, "ada")
    await comment(office, 1)
    await office.pass_time(HOUR)
    await comment(office, 2)
    assert await bodies(office) == []
    await office.pass_time(HOUR)
    assert await bodies(office) == ["2 by 0: =1 =2 last 2, , of"]
    await comment(office, 3)
    await office.pass_time(23 * HOUR)
    assert len(await bodies(office)) == 1
    await office.pass_time(HOUR)
    assert (await bodies(office))[1:] == ["1 by 0: =3 last 3, , of"]


async def test_in_the_zone_of_the_recipient_or_of_the_schedule(office: Office) -> None:
    await push(office, batched=digest(), fixed=digest(schedule={**DAILY, "tz": "Asia/Kathmandu"}))
    await office.identify("ada", timezone="Europe/Amsterdam")  # 14:00 there is 12:00 UTC: tomorrow's
    await office.identify("bob", timezone="America/Sao_Paulo")
    await office.trigger("ada", "bob", workflow="batched")
    await office.trigger("ada", workflow="fixed")
    await office.work()
    due = {
        (run["recipient_id"], run["workflow"]): run["due_at"].strftime("%d %H:%M")
        for run in await office.recipient_runs()
    }
    assert due == {
        ("ada", "batched"): "02 12:00",
        ("bob", "batched"): "01 17:00",
        ("ada", "fixed"): "02 08:15",
    }


async def test_the_recipients_own_schedule_goes_before_that_of_the_step(office: Office) -> None:
    await push(office, batched=digest(schedule_path="recipient.digest"))
    await wishes(office, "ada", "0 13 * * *")
    await people(office, "bob")
    await comment(office, 1, "ada", "bob")
    await office.pass_time(HOUR)
    assert (len(await bodies(office)), len(await bodies(office, "bob"))) == (1, 0)
    await office.pass_time(HOUR)
    assert (len(await bodies(office)), len(await bodies(office, "bob"))) == (1, 1)


@pytest.mark.parametrize(("on_invalid", "told"), [(None, []), ("skip", ["1 by 0: =1 last 1, , of"])])
async def test_a_schedule_that_is_none_ends_the_run_or_has_it_leave_the_step_out(
    office: Office, on_invalid: str | None, told: list[str]
) -> None:
    settings = {} if on_invalid is None else {"on_invalid": on_invalid}
    written = msgspec.json.encode({"schedule_path": "recipient.digest", **settings}).decode()
    await push(office, batched=BATCHED.replace("type: batch", "type: digest").replace("SETTINGS", written))
    await people(office, "ada")
    await wishes(office, "bob", "whenever")
    await comment(office, 1, "ada", "bob")
    assert await bodies(office) == told
    assert await bodies(office, "bob") == told
    reasons = [
        [entry["data"]["reason"] for entry in await office.journal(id) if entry["event"] == "error"]
        for id in ("ada", "bob")
    ]
    assert reasons[0] == ["time: recipient.digest is not there"]
    assert reasons[1][0].startswith("time: recipient.digest: ")


async def test_below_the_minimum_what_was_collected_is_discarded(office: Office) -> None:
    await push(office, batched=digest(min_count=2))
    await people(office, "ada")
    await comment(office, 1)
    await office.pass_time(2 * HOUR)
    await comment(office, 2)
    await comment(office, 3)
    await office.pass_time(24 * HOUR)
    assert await bodies(office) == ["2 by 0: =2 =3 last 3, , of"]
    assert await statuses(office) == ["completed"] * 3


async def test_or_it_is_kept_for_the_next_tick(office: Office) -> None:
    await push(office, batched=digest(min_count=3, below_min="keep"))
    await people(office, "ada")
    await comment(office, 1)
    office.clock.move(2 * HOUR + MINUTE)
    await comment(office, 2)  # before anybody has looked whether there are enough
    await office.pass_time(timedelta())
    await comment(office, 3)
    assert await bodies(office) == []
    await office.pass_time(24 * HOUR)
    assert await bodies(office) == ["3 by 0: =1 =2 =3 last 3, , of"]


async def test_with_look_back_what_comes_after_silence_is_told_at_once(office: Office) -> None:
    await push(office, batched=digest(look_back="6h"))
    await people(office, "ada")
    await comment(office, 1)
    assert await bodies(office) == ["1 by 0: =1 last 1, , of"]
    await comment(office, 2)
    await office.pass_time(2 * HOUR)
    assert (await bodies(office))[1:] == ["1 by 0: =2 last 2, , of"]
    await office.pass_time(5 * HOUR)
    await comment(office, 3)  # five hours after the digest
    assert len(await bodies(office)) == 2
    await office.pass_time(19 * HOUR)
    assert (await bodies(office))[2:] == ["1 by 0: =3 last 3, , of"]
    await office.pass_time(7 * HOUR)
    await comment(office, 4)
    assert (await bodies(office))[3:] == ["1 by 0: =4 last 4, , of"]


@pytest.mark.parametrize(
    ("settings", "value", "minutes"),
    [
        ({"batch_until_field_path": "data.at"}, "2025-06-01T12:30:00Z", 30),
        ({"batch_until_field_path": "at"}, "45m", 45),
        ({"batch_until_field_path": "at", "batch_window": "-10m"}, "2025-06-01T12:30:00Z", 20),
        ({"batch_until_field_path": "at", "batch_window": {"unit": "hours", "value": 1}}, "2025-06-01T12:30:00Z", 90),
        ({"batch_until_field_path": "at"}, {"frequency": "hourly", "minutes": 10}, 10),
        ({"batch_until_field_path": "at"}, "2025-05-01T12:30:00Z", 0),
        ({"batch_window": "1h30m"}, None, 90),
    ],
)
async def test_a_batch_may_close_at_a_time_in_the_data(
    office: Office, settings: dict[str, Any], value: Any, minutes: int
) -> None:
    text = BATCHED.replace("SETTINGS", msgspec.json.encode(settings).decode())
    await push(office, batched=text)
    await people(office, "ada")
    await comment(office, 1, data={"at": value})
    if minutes:
        await office.pass_time((minutes - 1) * MINUTE)
        assert await bodies(office) == []
        await comment(office, 2, data={"at": "2025-06-02T12:30:00Z"})  # the first one says when
    await office.pass_time(MINUTE)
    told = "2 by 0: =1 =2 last 2, , of" if minutes else "1 by 0: =1 last 1, , of"
    assert await bodies(office) == [told]


@pytest.mark.parametrize("value", [None, "soon", {"frequency": "often"}])
async def test_a_time_that_is_none_has_the_step_left_out(office: Office, value: Any) -> None:
    await push(office, batched=batched(batch_until_field_path="at"))
    await people(office, "ada")
    await comment(office, 1, data={"at": value})
    assert await bodies(office) == ["1 by 0: =1 last 1, , of"]
    assert [entry["event"] for entry in await office.journal("ada")][:2] == ["step_started", "error"]
