"""Chat messages, and what their senders share: settings and URLs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from addressee.channels.requests.urls import is_on, through
from addressee.channels.sender import Failed, Failure
from addressee.channels.settings import ChannelSettings, is_url
from addressee.channels.texts import texts_in
from addressee.directory.addresses.forms import WEBHOOK, masked
from addressee.directory.recipient import Document

# Where an address has its own token, and one that it shares with others. Logs have neither.
ACCESS = "access_token"
SHARED = "token"

# The reason for skipping a recipient without an address.
NO_ADDRESS = "no_chat_address"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A chat message. `to` is a conversation, a person or a webhook, in the words of its provider.

    `blocks` are Slack's, `card` is an Adaptive Card, `embeds` are Discord's. `overrides` are laid over the body of the
    request to the provider. The `id` stays the same when it is sent again.
    """

    id: str
    to: Document
    text: str
    blocks: Sequence[Document] = ()
    card: Document | None = None
    embeds: Sequence[Document] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)

    @property
    def webhook(self) -> str | None:
        """The URL of the webhook that it goes to, None for any other address."""
        webhook = self.to.get(WEBHOOK)
        return webhook["url"] if isinstance(webhook, dict) else None

    @property
    def contents(self) -> tuple[str, ...]:
        """The texts that only the recipient may read."""
        return (self.text, *texts_in([self.blocks, self.card, self.embeds, self.overrides]))

    @property
    def envelope(self) -> dict[str, Any]:
        """The fields that describe this message in the delivery log: no contents and no secrets."""
        to = {name: value for name, value in self.to.items() if name not in {ACCESS, SHARED}}
        return {"id": self.id, "to": masked(to)}


class ChatSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of every chat channel. `endpoint` takes the place of the provider's hosts, in webhooks' URLs too."""

    endpoint: str | None = None

    def at(self, url: str) -> str:
        """Returns where the requests for a URL of the provider go."""
        return through(self.endpoint, url)

    def obstacle(self, service: str, url: str, hosts: Sequence[str]) -> Failed | None:
        """Returns why nothing is sent to a webhook, None if it is one of the provider's, or there is an `endpoint`."""
        if is_on(url, hosts) or (self.endpoint is not None and is_url(url)):
            return None
        known = " or ".join(hosts)
        return Failed(
            Failure.PERMANENT, f"{service}: nothing is sent to this webhook, as its URL is not https://{known}/…"
        )
