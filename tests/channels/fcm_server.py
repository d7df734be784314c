"""A Firebase Cloud Messaging server on loopback, whose token and HTTP v1 endpoints answer as the test says."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from addressee.directory.clock import Clock

PROJECT = "demo-project"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_SECONDS = 3600


# The file of a channel that uses such a server.
FCM = """
type: push
provider: fcm
settings:
  service_account: ${FCM_ACCOUNT}
  endpoint: ${FCM_URL}
"""


class Refusal(NamedTuple):
    status: int
    body: Any
    headers: Mapping[str, str] = {}


def refusal(
    status: int, word: str, code: str = "", fields: tuple[str, ...] = (), message: str = "", retry_after: str = ""
) -> Refusal:
    """An error in FCM's format: `code` is FCM's error code, `fields` are those that were wrong."""
    details: list[Any] = []
    if code:
        details.append({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code})
    if fields:
        violations = [{"field": name, "description": f"Invalid value at '{name}'"} for name in fields]
        details.append({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations})
    error = {"code": status, "message": message, "status": word, "details": details}
    return Refusal(status, {"error": error}, {"retry-after": retry_after} if retry_after else {})


UNREGISTERED = refusal(404, "NOT_FOUND", "UNREGISTERED", message="Requested entity was not found.")
INTERNAL = refusal(500, "INTERNAL", "INTERNAL", message="Internal error encountered.")
UNAVAILABLE = refusal(503, "UNAVAILABLE", "UNAVAILABLE", message="The service is currently unavailable.")


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Hold:
    """A request that hangs until the test lets it go."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.let_go = asyncio.Event()

    async def wait(self) -> None:
        self.reached.set()
        await self.let_go.wait()


@dataclass
class FcmServer:
    """`refusals` are its answers to single device tokens; `pushes` are the messages that it took.

    `grant_refusal` is the answer of the token endpoint in place of a token. `requests` counts the requests to send.
    While there is a `hold`, the next of them is answered only after its release.
    """

    clock: Clock
    url: str = ""
    key_id: str = field(default_factory=lambda: secrets.token_hex(20))
    refusals: dict[str, Refusal] = field(default_factory=dict)
    grant_refusal: Refusal | None = None
    pushes: list[dict[str, Any]] = field(default_factory=list)
    granted: set[str] = field(default_factory=set)
    grants: int = 0
    requests: int = 0
    hold: Hold | None = None

    @property
    def service_account(self) -> str:
        pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return json.dumps(
            {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": self.key_id,
                "private_key": pem.decode(),
                "client_email": f"push@{PROJECT}.iam.gserviceaccount.com",
                "token_uri": f"{self.url}/token",
            }
        )

    @property
    def devices(self) -> list[str]:
        return [push["token"] for push in self.pushes]

    async def grant(self, request: web.Request) -> web.Response:
        form = await request.post()
        assertion = str(form["assertion"])
        if self.grant_refusal is not None:
            return answer(repeating(self.grant_refusal, assertion=assertion, key_id=self.key_id))
        assert form["grant_type"] == GRANT_TYPE
        assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "typ": "JWT", "kid": self.key_id}
        claims = jwt.decode(
            assertion,
            private_key().public_key(),
            ["RS256"],
            audience=f"{self.url}/token",
            options={"verify_exp": False, "verify_iat": False},
        )
        now = int(self.clock.now().timestamp())
        assert claims["scope"] == SCOPE
        assert claims["iat"] <= now < claims["exp"] <= claims["iat"] + 3600
        self.grants += 1
        token = f"ya29.{secrets.token_urlsafe(40)}"
        self.granted.add(token)
        return web.json_response({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"})

    async def send(self, request: web.Request) -> web.Response:
        self.requests += 1
        if (hold := self.hold) is not None:
            self.hold = None
            await hold.wait()
        scheme, _, token = request.headers["authorization"].partition(" ")
        if scheme != "Bearer" or token not in self.granted:
            return answer(refusal(401, "UNAUTHENTICATED", message="Request had invalid authentication credentials."))
        body = await request.json()
        push = body["message"]
        if wrong := unknown_fields(push):
            return answer(refusal(400, "INVALID_ARGUMENT", fields=wrong))
        if push["token"] in self.refusals:
            return answer(self.refusals[push["token"]])
        self.pushes.append(push)
        return web.json_response({"name": f"projects/{PROJECT}/messages/{len(self.pushes)}"})


def repeating(refusal: Refusal, **asked: str) -> Refusal:
    """Returns a refusal with parts of the request in place of placeholders like `{assertion}`."""
    body = json.dumps(refusal.body)
    for name, text in asked.items():
        body = body.replace(f"{{{name}}}", text)
    return refusal._replace(body=json.loads(body))


def unknown_fields(push: dict[str, Any]) -> tuple[str, ...]:
    """Returns the fields that FCM does not know."""
    known = {"token", "notification", "data", "android", "apns", "fcm_options"}
    texts = all(isinstance(text, str) for text in push["data"].values())
    return (*sorted(push.keys() - known), *(() if texts else ("message.data[0].value",)))


def answer(refusal: Refusal) -> web.Response:
    if isinstance(refusal.body, str):
        return web.Response(status=refusal.status, text=refusal.body, headers=refusal.headers)
    return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)


@asynccontextmanager
async def fcm_server(clock: Clock | None = None) -> AsyncIterator[FcmServer]:
    server = FcmServer(clock or Clock())
    app = web.Application()
    app.router.add_post("/token", server.grant)
    app.router.add_post(f"/v1/projects/{PROJECT}/messages:send", server.send)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
