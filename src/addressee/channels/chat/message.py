"""Chat messages, and what their senders share: settings and URLs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from addressee.channels.sender import Failed, Failure
from addressee.channels.settings import ChannelSettings
from addressee.channels.texts import texts_in
from addressee.directory.addresses.forms import WEBHOOK, masked
from addressee.directory.recipient import Document

# Where an address has its own token, and one that it shares with others. Logs have neither.
ACCESS = "access_token"
SHARED = "token"

# The reason for skipping a recipient without an address.
NO_ADDRESS = "no_chat_address"

# What a log says in place of a webhook's path, which is a secret.
HIDDEN_PATH = "/[...]"

# Parts of a webhook's URL that are no longer than this are words, and no secrets.
LONGEST_WORD = 12


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
        if self.endpoint is None:
            return url
        parts = urlsplit(url)
        return self.endpoint.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")

    def obstacle(self, service: str, url: str, hosts: Sequence[str]) -> Failed | None:
        """Returns why nothing is sent to a webhook, None if it is one of the provider's, or there is an `endpoint`."""
        if is_on(url, hosts) or (self.endpoint is not None and is_url(url)):
            return None
        known = " or ".join(hosts)
        return Failed(
            Failure.PERMANENT, f"{service}: nothing is sent to this webhook, as its URL is not https://{known}/…"
        )


def is_on(url: str, hosts: Sequence[str]) -> bool:
    """Returns whether a URL is one of HTTPS on one of these hosts; `*.example.com` stands for all below that name.

    Recipients and clients write the URLs of webhooks. One on another host could lead into the worker's own network.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_known = any(host.endswith(known[1:]) if known.startswith("*.") else host == known for known in hosts)
    return is_known and (parts.scheme, port or 443, parts.username) == ("https", 443, None)


def is_url(text: str) -> bool:
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def secrets_of(url: str) -> tuple[str, ...]:
    """Returns the parts of a webhook's URL by which anybody could use it."""
    parts = urlsplit(url)
    pieces = (*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query)))
    return (url, parts.path, parts.query, *(piece for piece in pieces if len(piece) > LONGEST_WORD))
