"""A case of the tests of all senders: how it is opened, what it sends, and how its vendor answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from addressee.channels.provider import ChannelType
from addressee.channels.sender import Failed, Failure
from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

# The id of every message that is sent, and texts of which none may be told to anybody but the recipient.
MESSAGE_ID = "2xuDjZRydlnF6FxATblCuxGey9I"


@dataclass(frozen=True)
class SenderCase:
    """One sender and its vendor.

    `settings` returns the settings of a channel, as a file has them, for the vendor's server. `check` asserts that a
    request is what the vendor asks for, signatures included. `accepted` is the answer to a message that is taken, and
    `provider_id` the name that the vendor gives it there, None if it gives none.

    The other answers are examples of what the vendor says, as its documentation has them: each of `rejected` (wrong
    message), `temporary` (it cannot take it now), `limited` (too many requests), `refused` (wrong credentials), `dead`
    (the address does not exist), `mismatched` (it is of another app or environment), `opted_out`. Those that a vendor
    does not have are empty.

    `hidden` are texts of the message that may not show in results, besides the settings' secrets. `repeatable` says
    that the vendor recognises a message that is sent again. `prepare` readies the server, e.g. for access tokens. The
    server speaks HTTP/1.1, or HTTP/2 alone with `http2`.
    `variant` tells the cases of one provider apart, which has several kinds of address.
    `of_one_address` says that the server is one that only this address has, so that no failure is all messages'; with
    `limits_each_address` only too many requests are not.
    """

    channel_type: ChannelType
    provider: str
    settings: Callable[[ProviderServer], Mapping[str, Any]]
    message: Any
    check: Callable[[ReceivedRequest, Mapping[str, Any]], None]
    accepted: Reply
    provider_id: str | None
    hidden: Sequence[str]
    rejected: Sequence[Reply]
    temporary: Sequence[Reply] = (Reply(500), Reply(502, "<html>Bad Gateway</html>"), Reply(503))
    limited: Sequence[Reply] = (Reply(429),)
    refused: Sequence[Reply] = (Reply(401),)
    dead: Sequence[Reply] = ()
    mismatched: Sequence[Reply] = ()
    opted_out: Sequence[Reply] = ()
    repeatable: bool = False
    http2: bool = False
    variant: str = ""
    of_one_address: bool = False
    limits_each_address: bool = False
    prepare: Callable[[ProviderServer], None] = field(default=lambda server: None)

    def expected(self, failure: Failure) -> Failure:
        """Returns a failure of a provider as this sender tells it."""
        is_of_address = self.of_one_address or (self.limits_each_address and failure is Failure.RATE_LIMITED)
        return Failed(failure, "").of_one_address().failure if is_of_address else failure

    @property
    def id(self) -> str:
        return "-".join(filter(None, (self.channel_type, self.provider, self.variant)))
