"""The states of channels in words. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from addressee.channels.sender import Failure
from addressee.messaging.delivery.channels.pacing import ChannelState
from addressee.messaging.environment.channels import Channel

# Why a channel pauses, and what to do about it.
PAUSES = {
    Failure.CREDENTIALS: (
        "the provider refuses its credentials",
        "Check the channel’s secrets and push it again, which ends the pause. Until then single messages are tried.",
    ),
    Failure.UNAVAILABLE: (
        "the provider cannot be reached or is out of order",
        "One message is tried when the pause ends; when it goes through, the others follow. Nothing is lost meanwhile.",
    ),
    Failure.RATE_LIMITED: (
        "the provider asks for fewer messages",
        "It goes on by itself. If this happens often, lower the channel’s setting “rate”.",
    ),
}

FAILURES = {
    Failure.TEMPORARY: "not taken at the moment",
    Failure.UNAVAILABLE: "provider away",
    Failure.RATE_LIMITED: "too many requests",
    Failure.CREDENTIALS: "credentials refused",
    Failure.UNCONFIRMED: "answer lost",
    Failure.PERMANENT: "message refused",
    Failure.BOUNCED: "address dead",
    Failure.MISMATCHED: "address of another app",
    Failure.OPTED_OUT: "owner opted out",
}


class StateInWords(NamedTuple):
    """The state of a channel: its name and tone for a badge, why it is so, what to do, and until when it lasts."""

    name: str
    tone: str
    reason: str = ""
    advice: str = ""
    until: datetime | None = None


def state_of(channel: Channel, stored: ChannelState, now: datetime) -> StateInWords:
    state = stored.configured(channel.updated_at)
    if channel.lacks:
        settings = ", ".join(channel.lacks)
        return StateInWords(
            "Not usable", "bad", f"the settings {settings} are missing", "Add them and push the channel."
        )
    if channel.served_by.open is None:
        return StateInWords("Stores messages", "good", "people read them in their feed")
    if state.paused_for is None or state.paused_for not in PAUSES:
        return StateInWords("Open", "good")
    reason, advice = PAUSES[state.paused_for]
    if state.is_paused(now):
        return StateInWords("Paused", "bad", reason, advice, state.paused_until)
    if state.paused_for is Failure.RATE_LIMITED:
        return StateInWords("Open", "good")
    return StateInWords(
        "On trial", "busy", f"when it was last tried, {reason}", "The next message shows if it is back."
    )
