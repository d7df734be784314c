"""Receipts of Expo, which say how Google's or Apple's service has answered (senders.md §1).

Expo has them about 15 minutes after a message was sent, and keeps them for a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from addressee.channels.callback import EventKind, ProviderEvent, reason_of
from addressee.channels.receipts import Receipts
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.sender import Failed

UNREGISTERED = "DeviceNotRegistered"


class ExpoSettings(Protocol):
    @property
    def access_token(self) -> str | None: ...

    @property
    def endpoint(self) -> str: ...


class Details(msgspec.Struct):
    error: str | None = None


class Receipt(msgspec.Struct):
    """A receipt. `ok` says that the other service took the message, and no more."""

    status: str
    message: str | None = None
    details: Details | None = None

    @property
    def error(self) -> str:
        return (self.details and self.details.error) or "error"


class ExpoReceipts(msgspec.Struct):
    data: Mapping[str, Receipt]


def request(settings: ExpoSettings, ids: Sequence[str]) -> ProviderRequest:
    token = settings.access_token
    authorization = {} if token is None else {"authorization": f"Bearer {token}"}
    return ProviderRequest(
        service="expo",
        url=f"{settings.endpoint.rstrip('/')}/--/api/v2/push/getReceipts",
        headers={"accept": "application/json", "content-type": "application/json", **authorization},
        content=msgspec.json.encode({"ids": ids}),
        envelope={"ids": len(ids)},
        hidden=() if token is None else (token,),
        repeatable=True,
    )


def read(answer: ProviderAnswer) -> Mapping[str, ProviderEvent | None] | Failed:
    said = answer.read(ExpoReceipts)
    if not answer.is_success or said is None:
        return answer.usual_failure()
    return {id: event_of(id, receipt) for id, receipt in said.data.items()}


def event_of(id: str, receipt: Receipt) -> ProviderEvent | None:
    if receipt.status != "error":
        return None
    kind = EventKind.BOUNCED if receipt.error == UNREGISTERED else EventKind.UNDELIVERED
    return ProviderEvent(kind=kind, provider_id=id, reason=reason_of(receipt.error))


EXPO_RECEIPTS = Receipts(request, read)
