"""Windows and quiet hours: what is held, until when and by what; and what passes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

from addressee.channels.provider import ChannelType
from addressee.conditions.operators import ConditionContext
from addressee.directory.recipient import TENANTS, USERS, Identity, Place, Recipient
from addressee.messaging.environment.channels import Channel
from addressee.messaging.steps.channels.holds import Hold, Holder, held, hold_of
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.steps.waiting.time_window import TimeWindowStep
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.model import Workflow, read_version
from addressee.preferences.decision import PreferenceContext
from addressee.preferences.layers import LayerName, effective
from addressee.timing.window_forms import windows
from addressee.timing.windows import Windows
from tests.messaging.office import FILES, write_files

# A Wednesday. Amsterdam is two hours ahead, New York four behind.
NOW = datetime(2025, 6, 4, 12, tzinfo=UTC)
OFFICE = windows({"open": [{"days": "weekdays", "from": "09:00", "until": "17:00"}]})
NIGHT = {"windows": [{"from": "22:00", "until": "07:00"}]}

ADA = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW, {"timezone": "Europe/Amsterdam"})
ACME = Recipient(Place(1, TENANTS, "acme"), UUID(int=3), 1, NOW, {"timezone": "America/New_York"})
RUN = RecipientRun(UUID(int=2), Identity(1, USERS, "ada", UUID(int=1)), {}, RunStatus.PROCESSING)


def channel(type: ChannelType, provider: str) -> Channel:
    return Channel(UUID(int=7), provider, provider, type, provider, {}, NOW, NOW)


def at(text: str, recipient: Recipient = ADA, tenant: Recipient | None = None, **sets: Any) -> StepContext:
    """The context of a step at a time of this Wednesday, with preference sets of the recipient and of others."""
    now = datetime.fromisoformat(f"2025-06-04T{text}").replace(tzinfo=UTC)
    own = {"default": sets["own"]} if "own" in sets else {}
    members = {"$members": sets["members"]} if "members" in sets else {}
    preferences = PreferenceContext(
        effective(own, None if tenant is None else "acme", members, sets.get("environment", {})),
        "all_agree",
        ConditionContext({}, frozenset(), now),
        "welcome",
        ("billing",),
    )
    return StepContext(recipient, {}, {}, False, now, now, preferences=preferences, tenant=tenant, timezone="Etc/UTC")


def quiet(**more: Any) -> dict[str, Any]:
    return {"quiet_hours": {**NIGHT, **more}}


def until(day: int, time: str, month: int = 6) -> datetime:
    return datetime.fromisoformat(f"2025-{month:02}-{day:02}T{time}").replace(tzinfo=UTC)


EMAIL = channel(ChannelType.EMAIL, "outbox")
FEED = channel(ChannelType.IN_APP_FEED, "feed")
PUSH = channel(ChannelType.PUSH, "fcm")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("06:59", until(4, "07:00")),
        ("07:00", None),
        ("14:59", None),
        ("15:00", until(5, "07:00")),
    ],
)
def test_send_windows_are_in_the_zone_of_the_recipient(now: str, expected: datetime | None) -> None:
    hold = None if expected is None else Hold(Holder.SEND_WINDOWS, expected, "Europe/Amsterdam")
    assert hold_of(EMAIL, OFFICE, at(now)) == hold
    assert hold_of(FEED, OFFICE, at(now)) == hold


def test_the_zone_is_the_windows_own_or_the_devices_or_else_the_recipients_the_tenants_the_environments() -> None:
    def zone(windows: Windows, context: StepContext, channel: Channel = EMAIL) -> str:
        hold = hold_of(channel, windows, context)
        assert hold is not None
        return hold.zone

    # At midnight, every office is closed.
    anywhere = structs.replace(ADA, attributes={})
    device = {"data": {"devices": [{"token": "a"}, {"token": "b", "timezone": "Asia/Kathmandu"}]}}
    with_device = structs.replace(ADA, channel_data={str(PUSH.id): device})
    night = windows({"open": [{"from": "11:00", "until": "11:01"}]})
    assert zone(structs.replace(night, zone="America/Lima"), at("00:00", ADA, ACME)) == "America/Lima"
    assert zone(structs.replace(night, zone="tenant"), at("00:00", ADA, ACME)) == "America/New_York"
    assert zone(structs.replace(night, zone="tenant"), at("00:00", ADA)) == "Europe/Amsterdam"
    assert zone(night, at("00:00", ADA, ACME)) == "Europe/Amsterdam"
    assert zone(night, at("00:00", anywhere, ACME)) == "America/New_York"
    assert zone(night, at("00:00", anywhere)) == "Etc/UTC"
    assert zone(night, at("00:00", with_device), PUSH) == "Asia/Kathmandu"
    assert zone(night, at("00:00", with_device), EMAIL) == "Europe/Amsterdam"


def test_a_name_that_names_no_zone_is_told() -> None:
    moved = structs.replace(ADA, attributes={"timezone": "Mars/Base"})
    hold = hold_of(EMAIL, OFFICE, at("00:00", moved, ACME))
    assert hold is not None
    assert hold.shown == {
        "by": "send_windows",
        "until": until(4, "13:00"),
        "timezone": "America/New_York",
        "unknown_timezones": ["Mars/Base"],
    }


def test_quiet_hours_hold_what_is_not_critical_nor_in_the_app() -> None:
    night = at("21:00", own=quiet())
    hold = Hold(
        Holder.RECIPIENT,
        until(5, "05:00"),
        "Europe/Amsterdam",
        LayerName.RECIPIENT_DEFAULT,
        longest=timedelta(days=1),
    )
    assert hold_of(EMAIL, None, night) == hold
    assert hold_of(PUSH, None, night) == hold
    assert hold_of(FEED, None, night) is None
    assert hold_of(EMAIL, None, structs.replace(night, critical=True)) is None
    assert hold_of(EMAIL, None, at("19:59", own=quiet())) is None
    assert hold_of(EMAIL, None, at("05:00", own=quiet())) is None
    assert hold_of(EMAIL, None, at("21:00", own=quiet(**{"except": ["billing"]}))) is None
    assert hold_of(EMAIL, None, at("21:00", own=quiet(**{"except": ["marketing"]}))) is not None
    assert hold_of(EMAIL, None, at("21:00", own=quiet(enabled=False))) is None


def test_quiet_hours_come_after_windows() -> None:
    both = at("21:00", own=quiet())
    hold = hold_of(EMAIL, OFFICE, both)
    assert hold is not None
    assert (hold.by, hold.until) == (Holder.SEND_WINDOWS, until(5, "07:00"))


def test_each_layer_replaces_those_below_it() -> None:
    def layer(**sets: Any) -> LayerName | None:
        hold = hold_of(EMAIL, None, at("21:00", tenant=ACME, **sets))
        return None if hold is None else hold.layer

    off, night = quiet(enabled=False), quiet()
    assert layer(environment=night) is LayerName.ENVIRONMENT_DEFAULT
    assert layer(environment=night, members=night) is LayerName.TENANT_DEFAULT
    assert layer(environment=night, members=off) is None
    # Also where the set for the tenant's members stands in place of the recipient's default set.
    assert layer(environment=night, members=off, own=night) is LayerName.RECIPIENT_DEFAULT
    assert layer(environment=night, members=night, own=off) is None
    assert layer(environment=night, own=off) is None


def test_quiet_hours_have_a_zone_of_their_own_or_go_with_the_recipient() -> None:
    lima = at("04:30", own=quiet(timezone="America/Lima"))
    hold = hold_of(EMAIL, None, lima)
    assert hold is not None
    assert (hold.until, hold.zone) == (until(4, "12:00"), "America/Lima")


def test_a_tenant_has_quiet_hours_that_nobody_changes() -> None:
    tenant = structs.replace(ACME, properties={"quiet_hours": {**NIGHT, "timezone": "tenant"}})
    context = at("03:00", tenant=tenant, own=quiet(enabled=False))
    hold = Hold(Holder.TENANT, until(4, "11:00"), "America/New_York", longest=timedelta(days=1))
    assert hold_of(EMAIL, None, context) == hold
    assert hold_of(EMAIL, None, structs.replace(context, critical=True)) is None
    broken = structs.replace(ACME, properties={"quiet_hours": {"windows": "all night"}})
    assert hold_of(EMAIL, None, at("03:00", tenant=broken)) is None


STEP = TimeWindowStep(ref="office", windows=OFFICE)


def test_a_time_window_holds_the_run_at_its_step() -> None:
    waiting = STEP.take(RUN, ADA, at("15:00")).run
    assert (waiting.status, waiting.step, waiting.due_at) == (RunStatus.PAUSED, 0, until(5, "07:00"))
    assert waiting.journal == (
        {
            "event": "step_held",
            "status": "ok",
            "inserted_at": until(4, "15:00"),
            "step_ref": "office",
            "step_type": "time_window",
            "data": {"by": "time_window", "until": until(5, "07:00"), "timezone": "Europe/Amsterdam"},
        },
    )
    passed = STEP.take(RUN, ADA, at("14:59")).run
    assert (passed.status, passed.step) == (RunStatus.PROCESSING, 1)
    assert STEP.take(RUN, ADA, structs.replace(at("15:00"), skip_delay=True)).run.step == 1


def test_what_is_not_to_wait_is_skipped() -> None:
    hold = hold_of(EMAIL, None, at("21:00", own=quiet(action="skip")))
    assert hold is not None
    skipped = held(RUN, STEP, hold, at("21:00"))
    assert (skipped.status, skipped.step) == (RunStatus.PROCESSING, 1)
    assert skipped.journal[0]["event"] == "step_skipped"
    assert skipped.journal[0]["data"] == {
        "reason": "quiet_hours",
        "by": "quiet_hours",
        "until": until(5, "05:00"),
        "timezone": "Europe/Amsterdam",
        "layer": "recipient_default",
    }


def test_quiet_hours_hold_for_a_day_or_as_long_as_they_say() -> None:
    always: dict[str, Any] = {"quiet_hours": {"windows": [{}]}}
    for own, longest in ((always, timedelta(days=1)), (quiet(hold_max="2h"), timedelta(hours=2))):
        first = at("21:00", own=own)
        hold = hold_of(EMAIL, None, first)
        assert hold is not None
        waiting = held(RUN, STEP, hold, first)
        assert (waiting.status, waiting.due_at) == (RunStatus.PAUSED, first.now + longest)
        assert waiting.refs == {"office": {"held_since": "2025-06-04T21:00:00+00:00"}}
        later = structs.replace(first, now=first.now + longest)
        again = hold_of(EMAIL, None, later)
        assert again is not None
        given_up = held(waiting, STEP, again, later)
        assert (given_up.step, given_up.journal[-1]["event"]) == (1, "step_skipped")
        assert given_up.journal[-1]["data"]["reason"] == "quiet_hours_too_long"


def test_a_hold_by_windows_does_not_count_for_quiet_hours() -> None:
    first = at("21:00", own=quiet())
    hold = hold_of(EMAIL, None, first)
    assert hold is not None
    waiting = held(RUN, STEP, hold, first)
    outside = hold_of(EMAIL, OFFICE, at("05:00"))
    assert outside is not None
    assert held(waiting, STEP, outside, at("05:00")).refs == {"office": {"held_since": None}}


def test_windows_that_never_open_have_the_step_skipped() -> None:
    hold = Hold(Holder.SEND_WINDOWS, None, "Etc/UTC")
    skipped = held(RUN, STEP, hold, at("21:00"))
    assert (skipped.step, skipped.journal[0]["data"]) == (1, {"reason": "send_windows_never_open"})


WORKFLOW = """
send_windows: {open: [{days: weekdays, from: "09:00", until: "17:00"}]}
steps:
  - {ref: a, channel: email, template: {subject: a, text: a}}
  - {ref: b, channel: email, template: {subject: b, text: b}, send_windows: always}
  - ref: c
    channel: email
    template: {subject: c, text: c}
    send_windows:
      - {day: monday, type: send, from: "09:00:00", until: "18:00:00"}
      - {day: tuesday, type: do_not_send}
      - {day: wednesday, type: do_not_send}
      - {day: thursday, type: do_not_send}
      - {day: friday, type: do_not_send}
      - {day: saturday, type: do_not_send}
      - {day: sunday, type: do_not_send}
  - ref: d
    type: time_window
    settings: {windows: [{frequency: weekly_mo2fr, stime: "09:00", etime: "17:00"}], tz_selection: recipient}
"""


def test_windows_in_files(tmp_path: Path) -> None:
    files = write_files(tmp_path, {**FILES, "workflows/windows.yaml": WORKFLOW})
    found = {each.key: each.workflow for each in read_configuration(files, {}).workflows}["windows"]
    monday = windows({"open": [{"days": ["mon"], "from": "09:00", "until": "18:00"}]})
    assert [getattr(step, "windows", None) for step in found.steps] == [OFFICE, None, monday, OFFICE]
    assert read_version(msgspec.json.encode(found)) == found
    assert isinstance(found, Workflow)


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("send_windows: []", "windows are a list of 1 to 50 objects"),
        ("send_windows: {open: [{form: '08:00'}]}", "a window has no 'form'; a window has days, from, until"),
        (
            "send_windows: [{day: monday}]",
            "a list of windows has an entry for each of the seven days of the week, once",
        ),
    ],
)
def test_windows_with_a_mistake(tmp_path: Path, line: str, mistake: str) -> None:
    step = "{ref: a, channel: email, template: {subject: a, text: a}}"
    files = {**FILES, "workflows/a.yaml": f"{line}\nsteps:\n  - {step}"}
    with pytest.raises(ConfigurationError) as raised:
        read_configuration(write_files(tmp_path, files), {})
    assert [str(found) for found in raised.value.problems] == [f"workflows/a.yaml:1: {mistake}"]
