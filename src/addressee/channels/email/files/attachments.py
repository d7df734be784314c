"""Files that go with an e-mail, and their forms in requests to providers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an e-mail. An `inline` one is shown where the HTML names its `content_id` (`cid:…`)."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None
    inline: bool = False

    @property
    def base64(self) -> str:
        return b64encode(self.content).decode()

    @property
    def content_id_url(self) -> str | None:
        return None if self.content_id is None else f"cid:{self.content_id}"

    @property
    def disposition(self) -> str:
        return "inline" if self.inline else "attachment"


def in_json(attachments: Sequence[Attachment], **names: str) -> list[dict[str, Any]] | None:
    """Returns the attachments as a provider's JSON has them, under its names for their properties; None for none."""
    return [
        {theirs: value for ours, theirs in names.items() if (value := getattr(each, ours)) is not None}
        for each in attachments
    ] or None
