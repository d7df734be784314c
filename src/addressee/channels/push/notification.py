"""A push notification to one device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addressee.directory.addresses.forms import mask


@dataclass(frozen=True, slots=True)
class Push:
    """A notification. Its `id` stays the same when it is sent again. `data` is for the app and not shown."""

    id: str
    token: str
    title: str
    body: str
    data: Mapping[str, str]

    @property
    def envelope(self) -> dict[str, str]:
        """The fields that identify this notification in the delivery log: the id and the token's end, no contents."""
        return {"id": self.id, "to": mask(self.token)}
