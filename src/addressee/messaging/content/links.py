"""The links that templates see: `{{ links.preferences }}` is the URL of a page of the recipient's (docs/links.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from liquid.exceptions import LiquidError

from addressee.directory.access.link_tokens import Link, Purpose, link_to
from addressee.directory.recipient import Identity
from addressee.messaging.content.templating.liquid_values import json_of
from addressee.messaging.environment.links import UrlOf
from addressee.suggestions import instead_of

LINKS = "links"

# Messages are kept, and read again: their links last longer than others.
LIFETIME = timedelta(days=365)

NAMES: Mapping[str, Purpose] = {purpose.segment: purpose for purpose in Purpose}


@dataclass(frozen=True, slots=True)
class MessageOrigin:
    """The origin of a message: its workflow with the categories, and the tenant on whose behalf it is sent."""

    workflow: str
    categories: tuple[str, ...]
    tenant: str | None

    @property
    def category(self) -> str | None:
        """The category that a recipient who unsubscribes from the message refuses; with several or none, it is the
        workflow that is refused.
        """
        return self.categories[0] if len(self.categories) == 1 else None


class RecipientLinks(Mapping[str, str]):
    """The links to pages of one recipient, by name. Each is made, and signed, when it is read."""

    def __init__(self, whom: Identity, origin: MessageOrigin, made_at: datetime, url_of: UrlOf | None) -> None:
        """`url_of` is None without a public URL: then reading a link fails."""
        self._whom = whom
        self._origin = origin
        self._until = made_at + LIFETIME
        self._url_of = url_of

    def __getitem__(self, name: str) -> str:
        """Raises LiquidError for a name that no link has, and without a public URL: the message fails, visibly."""
        if name not in NAMES:
            raise LiquidError(f"there is no link {name!r}; {instead_of(name, NAMES)}", token=None)
        if self._url_of is None:
            raise LiquidError("links need the setting ADDRESSEE_PUBLIC_URL of the service", token=None)
        return self._url_of(self._link(NAMES[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)

    def __str__(self) -> str:
        return json_of(dict(self))

    @property
    def unsubscribe_url(self) -> str | None:
        """The URL to unsubscribe at, None without a public URL."""
        return None if self._url_of is None else self[Purpose.UNSUBSCRIBE.segment]

    def _link(self, purpose: Purpose) -> Link:
        origin = self._origin
        if purpose is not Purpose.UNSUBSCRIBE:
            return link_to(purpose, self._whom, self._until, tenant=origin.tenant)
        return link_to(
            purpose,
            self._whom,
            self._until,
            tenant=origin.tenant,
            category=origin.category,
            workflow=origin.workflow,
        )
