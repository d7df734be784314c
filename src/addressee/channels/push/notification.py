"""One push notification to one device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addressee.directory.addresses.forms import mask


@dataclass(frozen=True, slots=True)
class Push:
    """`id` stays the same when the notification is sent again. `data` is for the app; nobody sees it."""

    id: str
    token: str
    title: str
    body: str
    data: Mapping[str, str]

    @property
    def envelope(self) -> dict[str, str]:
        """What tells this notification from others; nothing of what it says, and not the whole token."""
        return {"id": self.id, "to": mask(self.token)}
