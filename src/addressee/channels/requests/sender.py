"""The sender of providers to which one request sends one message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.sender import Failed, Failure, Sent

if TYPE_CHECKING:
    import httpx2

Message = TypeVar("Message")


class UnsendableError(Exception):
    """The provider does not take this message, or nothing can be sent to its address. The text is for an operator."""

    def __init__(self, reason: str, failure: Failure = Failure.PERMANENT) -> None:
        super().__init__(reason)
        self.failure = failure


class RequestSender(Generic[Message]):
    """Sends each message by one request: `request` makes it or raises UnsendableError, `judge` reads the answer."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        request: Callable[[Message], ProviderRequest],
        judge: Callable[[ProviderAnswer], Sent | Failed],
    ) -> None:
        self._client = client
        self._request = request
        self._judge = judge

    async def send(self, message: Message, /) -> Sent | Failed:
        try:
            request = self._request(message)
        except UnsendableError as error:
            return Failed(error.failure, str(error))
        answer = await exchange(self._client, request)
        return answer if isinstance(answer, Failed) else self._judge(answer)

    async def close(self) -> None:
        """Does nothing: the client is shared."""
