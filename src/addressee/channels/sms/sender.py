"""Sends SMS by one request each, in the form of a provider's API."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from addressee.channels.http_exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.sender import Failed, Failure, Sent
from addressee.channels.sms.message import Sms

if TYPE_CHECKING:
    import httpx2


def takes_any(text: str) -> str | None:
    return None


class SmsSender:
    """A sender of SMS. `request` makes the request for one, and `judge` reads the answer.

    `refusal` returns why the provider does not take a text that others do, None if it does.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        request: Callable[[Sms], ProviderRequest],
        judge: Callable[[ProviderAnswer], Sent | Failed],
        refusal: Callable[[str], str | None] = takes_any,
    ) -> None:
        self._client = client
        self._request = request
        self._judge = judge
        self._refusal = refusal

    async def send(self, sms: Sms, /) -> Sent | Failed:
        if (refusal := self._refusal(sms.text)) is not None:
            return Failed(Failure.PERMANENT, refusal)
        answer = await exchange(self._client, self._request(sms))
        return answer if isinstance(answer, Failed) else self._judge(answer)

    async def close(self) -> None:
        """Does nothing: the client is shared."""
