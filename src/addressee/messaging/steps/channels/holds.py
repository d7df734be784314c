"""The holds of a message: for its step's windows, for its tenant, or for quiet hours of its recipient. Pure.

What is held waits at its step, whose conditions, preferences and windows are asked again when it wakes. Quiet hours,
which come last, hold nothing that goes to the feed of an app, nor what is critical. A message that was handed over for
delivery is not held any more: its retries pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document
from addressee.messaging.environment.channels import Channel
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Step
from addressee.messaging.steps.run import RecipientRun
from addressee.preferences.layers import LayerName
from addressee.preferences.quiet_hours import QuietHours, quiet_hours
from addressee.timing.windows import Windows

# The result of a step that says since when quiet hours have held it.
SINCE = "held_since"


class Holder(StrEnum):
    """The reason for which a message is held."""

    SEND_WINDOWS = "send_windows"
    TIME_WINDOW = "time_window"
    TENANT = "tenant_quiet_hours"
    RECIPIENT = "quiet_hours"


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold of a message: `until` is when it ends, None if that is not in sight.

    `layer` is the one of the preferences that it comes from. One that is not `patient` skips the step; `longest` is for
    how long a message is held at most. `unknown` are names that come before that of the zone, and name none.
    """

    by: Holder
    until: datetime | None
    zone: str
    layer: LayerName | None = None
    patient: bool = True
    longest: timedelta | None = None
    unknown: tuple[str, ...] = ()

    @property
    def shown(self) -> Document:
        """The hold as a journal and an explanation show it."""
        layer = {} if self.layer is None else {"layer": self.layer}
        unknown = {"unknown_timezones": list(self.unknown)} if self.unknown else {}
        return {"by": self.by, "until": self.until, "timezone": self.zone, **layer, **unknown}


def hold_of(channel: Channel, windows: Windows | None, context: StepContext) -> Hold | None:
    """Returns the hold of a message on a channel now, None when it may go."""
    if windows is not None and (hold := outside(windows, Holder.SEND_WINDOWS, context, device_zone(channel, context))):
        return hold
    if context.critical or channel.type is ChannelType.IN_APP_FEED:
        return None
    return next((hold for each in all_quiet_hours(context) if (hold := within(each, channel, context))), None)


def outside(windows: Windows, by: Holder, context: StepContext, device: Any = None) -> Hold | None:
    """Returns the hold of what comes when windows are closed."""
    zone, unknown = context.zone(windows.zone, device)
    if windows.are_open(context.now, zone):
        return None
    return Hold(by, windows.next_open(context.now, zone), zone.key, unknown=unknown)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours, and whose they are."""

    hours: QuietHours
    by: Holder
    layer: LayerName | None = None


def all_quiet_hours(context: StepContext) -> Iterator[Quiet]:
    """Yields the quiet hours of a run's tenant, and those of its recipient."""
    of_tenant = None if context.tenant is None else context.tenant.properties.get(QUIET_HOURS)
    if (hours := readable(of_tenant)) is not None:
        yield Quiet(hours, Holder.TENANT)
    if context.preferences is not None:
        effective = context.preferences.effective
        if (hours := readable(effective.document.get(QUIET_HOURS))) is not None:
            yield Quiet(hours, Holder.RECIPIENT, effective.layer_of((QUIET_HOURS,)))


def readable(value: Any) -> QuietHours | None:
    """Returns quiet hours that are enabled; none of what is malformed, as a tenant's properties may be anything."""
    try:
        return None if value is None else quiet_hours(value)
    except RefusedError:
        return None


def within(quiet: Quiet, channel: Channel, context: StepContext) -> Hold | None:
    """Returns the hold of what comes in quiet hours."""
    windows = quiet.hours.windows
    zone, unknown = context.zone(windows.zone, device_zone(channel, context))
    categories = () if context.preferences is None else context.preferences.categories
    if not quiet.hours.exempt.isdisjoint(categories) or not windows.are_open(context.now, zone):
        return None
    return Hold(
        quiet.by,
        windows.next_closed(context.now, zone),
        zone.key,
        quiet.layer,
        quiet.hours.action == "hold",
        quiet.hours.hold_max,
        unknown,
    )


def device_zone(channel: Channel, context: StepContext) -> Any:
    """Returns the zone of the first device that a push message goes to, if that is known."""
    if channel.type is not ChannelType.PUSH or context.recipient is None:
        return None
    devices = channel.data_of(context.recipient).get("devices")
    zones = (each.get("timezone") for each in devices or () if isinstance(each, Mapping))
    return next((zone for zone in zones if zone), None)


def held(run: RecipientRun, step: Step, hold: Hold, context: StepContext) -> RecipientRun:
    """Returns a run that stands at a step once it is held there, or without the step if it is not to wait for that."""
    if not hold.patient:
        return run.passed.noted(context, "step_skipped", step, data={"reason": hold.by, **hold.shown})
    until = hold.until
    since = run.refs.get(step.ref, {}).get(SINCE)
    if hold.longest is not None:
        began = context.now if since is None else datetime.fromisoformat(since)
        latest = began + hold.longest
        if latest <= context.now:
            shown = {**hold.shown, SINCE: began}
            return run.passed.noted(context, "step_skipped", step, data={"reason": f"{hold.by}_too_long", **shown})
        until = latest if until is None else min(until, latest)
        run = run.with_result(step.ref, **{SINCE: began.isoformat()})
    elif since is not None:
        run = run.with_result(step.ref, **{SINCE: None})
    if until is None:
        return run.passed.noted(context, "step_skipped", step, data={"reason": f"{hold.by}_never_open"})
    return run.paused(until).noted(context, "step_held", step, data={**hold.shown, "until": until})
