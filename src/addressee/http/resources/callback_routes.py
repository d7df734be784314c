"""The route that providers call to tell what became of messages. Not in the OpenAPI document: no client calls it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from addressee.api.answers import Answer, json_answer
from addressee.api.call import RequestInfo
from addressee.api.errors import UnknownPathError
from addressee.api.requests.query_strings import pairs
from addressee.channels.callback import CallbackMalformedError, CallbackRefusedError, CallbackRequest
from addressee.http import bodies
from addressee.http.application import Owner, Resource, plain_error
from addressee.http.request import Request
from addressee.messaging.feedback.callbacks import ProviderCallbacks

MAX_BODY_BYTES = 1_000_000

PLAIN = "text/plain; charset=utf-8"


class ProviderCallbackRoute:
    """`/providers/{channel_id}/{secret}`: a request of the provider of a channel."""

    def __init__(self, callbacks: ProviderCallbacks) -> None:
        self._callbacks = callbacks
        self.resource = Resource(Owner("own", refused), {"GET": self.respond, "POST": self.respond})

    async def respond(self, request: Request, path: Mapping[str, str]) -> Answer:
        request.label = "providers.callback"
        request.authenticated = False
        channel = await self._callbacks.find(path["channel_id"], path["secret"])
        if channel is None:
            raise UnknownPathError
        asked = CallbackRequest(
            request.method,
            request.info.base_url + request.target,
            request.headers,
            dict(pairs(request.query_string)),
            await bodies.body(request, MAX_BODY_BYTES),
        )
        text = await self._callbacks.accept(channel, asked, request.id)
        request.authenticated = True
        return Answer(text.encode(), content_type=PLAIN)


def refused(error: Exception, info: RequestInfo) -> Answer:
    """The answer to any exception. A signature that is wrong is not explained: the log says why."""
    match error:
        case CallbackRefusedError():
            return message(HTTPStatus.UNAUTHORIZED, "This request is not verified; the log of the service says why.")
        case CallbackMalformedError():
            return message(HTTPStatus.BAD_REQUEST, str(error))
        case _:
            return plain_error(error, info)


def message(status: HTTPStatus, text: str) -> Answer:
    return json_answer({"status": status, "message": text}, status)
