"""Requests byte for byte as a test writes them: nothing is escaped, corrected or refused on the way out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    url: str,
    method: str,
    target: str,
    *,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterable[bytes] | None = None,
    announced: int | None = None,
) -> Reply:
    """One request. A body of several parts goes out in chunks; `announced` is a length that the body falls short of."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_SECONDS)
    connection.putrequest(method, target, skip_accept_encoding=True)
    sent = {**({"authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
    if isinstance(body, bytes):
        sent["content-length"] = str(len(body) if announced is None else announced)
    elif body is not None:
        sent["transfer-encoding"] = "chunked"
    for name, value in sent.items():
        connection.putheader(name, value)
    try:
        # Who refuses a body may close the way in before the whole of it is sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(body, encode_chunked=not isinstance(body, bytes))
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


TYPES = {
    "api_key_missing": "authentication_error",
    "authentication_required": "authentication_error",
    "incorrect_token_type": "authentication_error",
    "resource_missing": "api_error",
    "service_unavailable": "api_error",
}


# How the native API calls what Knock has another code for.
NATIVE_CODES = {
    "authentication_required": "unauthenticated",
    "api_key_missing": "unauthenticated",
    "incorrect_token_type": "forbidden",
    "invalid_json": "malformed",
    "invalid_params": "invalid",
    "payload_too_large": "too_large",
    "resource_missing": "not_found",
    "service_unavailable": "unavailable",
}


def check_refusal(reply: Reply, status: int, code: str, field: str | None = None) -> None:
    """Fails unless this is an error in its dialect's envelope; `field` is what a 422 has to name."""
    assert reply.headers["x-request-id"]
    if "error" in reply.json:
        check_native_refusal(reply, status, NATIVE_CODES.get(code, code), field)
    else:
        check_knock_refusal(reply, status, code, field)


def check_native_refusal(reply: Reply, status: int, code: str, field: str | None) -> None:
    assert reply.json.keys() == {"error"}
    error = reply.json["error"]
    assert (reply.status, error["code"]) == (status, code), reply
    assert error.keys() == {"code", "message", "fields"}
    assert error["message"]
    if code == "invalid":
        [named] = error["fields"]
        assert named.keys() == {"field", "message"}
        assert field is None or named["field"].startswith(field), error


def check_knock_refusal(reply: Reply, status: int, code: str, field: str | None) -> None:
    """The envelope of knock.md §1.5."""
    body = reply.json
    assert (reply.status, body.get("code")) == (status, code), reply
    assert body.keys() - {"errors"} == {"code", "message", "status", "type"}
    assert body["status"] == status
    assert body["message"]
    assert body["type"] == TYPES.get(code, "invalid_request_error")
    if code == "invalid_params":
        [error, *_] = body["errors"]
        assert error.keys() == {"field", "message", "type"}
        assert field is None or error["field"].startswith(field), error
    else:
        assert "errors" not in body
