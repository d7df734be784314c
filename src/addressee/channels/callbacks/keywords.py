"""Words that people text to a number to have no more messages from it, or to have them again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from addressee.channels.callback import EventKind, ProviderEvent

KEYWORDS = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"), EventKind.OPTED_OUT),
    **dict.fromkeys(("START", "YES", "UNSTOP"), EventKind.OPTED_IN),
}


def keyword_events(text: str | None, number: str | None, at: datetime | None = None) -> Iterator[ProviderEvent]:
    """Yields what a text from a number asks for, if it consists of one of the KEYWORDS alone."""
    word = (text or "").strip().strip(".!\"'").upper()
    if number and word in KEYWORDS:
        yield ProviderEvent(kind=KEYWORDS[word], address=international(number), at=at, reason=word)


def international(number: str) -> str:
    """Returns a number in E.164, which some providers write without the plus sign."""
    number = number.strip().removeprefix("whatsapp:")
    return f"+{number}" if number.isdigit() else number
