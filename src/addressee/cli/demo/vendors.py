"""Vendors' APIs on loopback, so that the demo can show what would leave the house: they take everything and keep it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class VendorRequest(NamedTuple):
    """A request to a vendor; `path` begins after the vendor's name."""

    vendor: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


def slack(request: VendorRequest) -> object:
    if request.path.startswith("/services/"):
        return "ok"
    if request.path.endswith("users.lookupByEmail"):
        return {"ok": True, "user": {"id": "U06LOVELACE"}}
    return {"ok": True, "channel": "C06", "ts": "1764366000.000100"}


# What each vendor answers to a message that it takes.
ANSWERS: Mapping[str, Callable[[VendorRequest], object]] = {
    "postmark": lambda request: {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"},
    "twilio": lambda request: {"sid": "SM0123456789abcdef0123456789abcdef", "status": "queued"},
    "meta": lambda request: {"messages": [{"id": "wamid.demo"}]},
    "fcm": lambda request: {"name": "projects/demo/messages/1"},
    "google": lambda request: {"access_token": "ya29.demo", "expires_in": 3600},
    "apns": lambda request: "",
    "push-service": lambda request: "",
    "slack": slack,
}


@dataclass
class Vendors:
    """The vendors at `url`, each below its name. `received` are the requests that they got."""

    url: str
    received: list[VendorRequest] = field(default_factory=list)

    def at(self, vendor: str) -> str:
        return f"{self.url}/{vendor}"

    def answer(self, request: VendorRequest) -> object:
        self.received.append(request)
        return ANSWERS[request.vendor](request)


@contextmanager
def vendors() -> Iterator[Vendors]:
    """Serves vendors on a free port, from threads of this process."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            vendor, _, path = urlsplit(self.path).path.lstrip("/").partition("/")
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = found.answer(VendorRequest(vendor, f"/{path}", headers, body))
            content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(201 if vendor in {"twilio", "push-service"} else 200)
            self.send_header("content-type", "text/plain" if isinstance(answer, str) else "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Logs nothing: the report shows what arrived."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Vendors(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
