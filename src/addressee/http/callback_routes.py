"""The route that providers call to tell what became of messages. Not in the OpenAPI document: no client calls it."""

from __future__ import annotations

from http import HTTPStatus

from falcon.asgi import Request, Response

from addressee.api.answers import Answer, json_answer
from addressee.api.call import RequestInfo
from addressee.api.errors import UnknownPathError
from addressee.api.query_strings import pairs
from addressee.api.refusals import refusal_of
from addressee.channels.callback import CallbackMalformedError, CallbackRefusedError, CallbackRequest
from addressee.http import bodies, requests
from addressee.http.application import failure, write
from addressee.messaging.feedback.callbacks import ProviderCallbacks

MAX_BODY_BYTES = 1_000_000

PLAIN = "text/plain; charset=utf-8"


class ProviderCallbackRoute:
    """`/providers/{channel_id}/{secret}`: a request of the provider of a channel."""

    def __init__(self, callbacks: ProviderCallbacks) -> None:
        self._callbacks = callbacks

    async def on_post(self, req: Request, resp: Response, channel_id: str, secret: str) -> None:
        req.context.label = "providers.callback"
        req.context.authenticated = False
        try:
            answer = await self._answer(req, channel_id, secret)
        except Exception as error:
            answer = failure(refused, error, req.context.info)
        write(resp, answer)

    on_get = on_post

    async def _answer(self, req: Request, channel_id: str, secret: str) -> Answer:
        channel = await self._callbacks.find(channel_id, secret)
        if channel is None:
            raise UnknownPathError
        request = CallbackRequest(
            req.method,
            req.context.info.base_url + requests.target(req),
            requests.headers(req),
            dict(pairs(req.query_string)),
            await bodies.body(req, MAX_BODY_BYTES),
        )
        text = await self._callbacks.accept(channel, request, req.context.info.id)
        req.context.authenticated = True
        return Answer(text.encode(), content_type=PLAIN)


def refused(error: Exception, info: RequestInfo) -> Answer:
    """The answer to any exception. A signature that is wrong is not explained: the log says why."""
    match error:
        case CallbackRefusedError():
            return message(HTTPStatus.UNAUTHORIZED, "This request is not verified; the log of the service says why.")
        case CallbackMalformedError():
            return message(HTTPStatus.BAD_REQUEST, str(error))
        case _:
            refusal = refusal_of(error)
            return json_answer(body(refusal.status, refusal.message), refusal.status, refusal.headers)


def message(status: HTTPStatus, text: str) -> Answer:
    return json_answer(body(status, text), status)


def body(status: HTTPStatus, text: str) -> dict[str, object]:
    return {"status": status, "message": text}
