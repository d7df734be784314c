"""An SMS to one phone number, and what channels of SMS have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from addressee.channels.callback import Callbacks
from addressee.channels.provider import ChannelType, Provider, primary_or_all
from addressee.channels.sender import Sender, SenderContext
from addressee.channels.settings import NumberSettings, setting_problems
from addressee.channels.sms.segments import segment_count
from addressee.channels.texts import length, texts_in

# The longest text: providers refuse longer ones, which would be ten segments and more.
MAX_LENGTH = 1_600


@dataclass(frozen=True, slots=True)
class Sms:
    """A text to one number in E.164. Its `id` stays the same when it is sent again.

    `overrides` are laid over the body of the provider's request.
    """

    id: str
    to: str
    text: str
    overrides: Mapping[str, Any] = field(default_factory=dict)

    @property
    def envelope(self) -> dict[str, Any]:
        """The fields that describe this SMS in the delivery log: no contents."""
        return {"id": self.id, "to": self.to, "segments": segment_count(self.text)}

    @property
    def contents(self) -> tuple[str, ...]:
        """The texts that are for the recipient alone."""
        return (self.text, *texts_in(self.overrides))


def problem_with(text: str) -> str | None:
    """Returns why nobody can be sent this text as SMS, None if it can be. A cut would change what it says."""
    if not text.strip():
        return "the text of an SMS must not be empty"
    if length(text) > MAX_LENGTH:
        return f"the text of an SMS has at most {MAX_LENGTH:,} characters; this one has {length(text):,}"
    return None


def sms_provider(
    name: str,
    settings: type[NumberSettings],
    open: Callable[[Any, SenderContext], Sender[Sms]],
    secrets: frozenset[str],
    problems: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]] = setting_problems,
    callbacks: Callbacks | None = None,
) -> Provider:
    """Returns a provider of SMS."""
    return Provider(
        ChannelType.SMS,
        name,
        settings,
        open,
        kind="sms",
        missing="no_phone_number",
        choose=primary_or_all,
        secrets=secrets,
        problems=problems,
        callbacks=callbacks,
    )
