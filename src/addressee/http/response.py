"""Responses: answers as they are sent, with the headers that all of them have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.http import cors
from addressee.http.request import Receive, Request, Send

WITHOUT_TYPE = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

END = {"type": "http.response.body"}


async def send_answer(answer: Answer, request: Request, send: Send) -> None:
    """Sends an answer. One to HEAD has the headers of its body, and no body."""
    await send({"type": "http.response.start", "status": answer.status, "headers": headers_of(answer, request)})
    if answer.stream is not None and request.method != "HEAD":
        await send_stream(answer.stream, request, send)
        await send(END)
    elif answer.body and request.method != "HEAD":
        await send({"type": "http.response.body", "body": answer.body})
    else:
        await send(END)


async def send_stream(stream: AsyncGenerator[bytes, None], request: Request, send: Send) -> None:
    """Sends the parts of an answer as they come, for as long as the client is there."""
    gone = asyncio.ensure_future(disconnected(request.receive))
    try:
        async with aclosing(stream) as parts:
            while (part := await next_part(parts, gone)) is not None:
                await send({"type": "http.response.body", "body": part, "more_body": True})
    finally:
        gone.cancel()


async def next_part(parts: AsyncGenerator[bytes, None], gone: asyncio.Future[None]) -> bytes | None:
    """Returns the next part; None at the end, or once the client has left."""
    part = asyncio.ensure_future(anext(parts, None))
    await asyncio.wait((part, gone), return_when=asyncio.FIRST_COMPLETED)
    if part.done():
        return part.result()
    part.cancel()
    await asyncio.wait((part,))
    return None


async def disconnected(receive: Receive) -> None:
    """Returns once the client has left; its body was read before."""
    while (await receive())["type"] != "http.disconnect":
        pass


def headers_of(answer: Answer, request: Request) -> list[tuple[bytes, bytes]]:
    headers = [*cors.HEADERS, (b"x-request-id", request.id.encode())]
    if answer.status not in WITHOUT_TYPE:
        headers.append((b"content-type", answer.content_type.encode("latin-1")))
        if answer.stream is None:
            headers.append((b"content-length", b"%d" % len(answer.body)))
    if answer.headers:
        headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    return headers
