"""A provider of OpenID Connect on this machine: real requests, and tokens that are really signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "addressee/dashboard"
CLIENT_SECRET = "s3cret: with/characters"


@dataclass
class FakeProvider:
    """What the provider says. Tests change it to what it should not say; `asked` are the paths that were asked for."""

    issuer: str = ""
    email: str = "ada@example.org"
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    published: list[RSAKey] | None = None
    algorithm: str = "RS256"
    token_status: int = 200
    now: Callable[[], float] = time.time
    asked: list[str] = field(default_factory=list)
    grants: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables of a service that trusts this provider."""
        return {
            "ADDRESSEE_OIDC_ISSUER": self.issuer,
            "ADDRESSEE_OIDC_CLIENT_ID": CLIENT_ID,
            "ADDRESSEE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "ADDRESSEE_OIDC_NAME": "Example & Co",
        }

    def authorize(self, url: str) -> dict[str, str]:
        """Lets whoever asks in, and returns the parameters with which the browser goes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["scope"] == "openid email"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.grants[code] = asked
        return {"code": code, "state": asked["state"]}

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.metadata,
        }

    def keys(self) -> dict[str, Any]:
        keys = [self.key] if self.published is None else self.published
        return {"keys": [key.as_dict(private=False) for key in keys]}

    def tokens(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        grant = self.grants.pop(form["code"], None)
        user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if (unquote(user), unquote(password)) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if (
            grant is None
            or challenge.rstrip("=") != grant["code_challenge"]
            or form["redirect_uri"] != grant["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant", "error_description": f"{form['code']} {CLIENT_SECRET}"}
        return self.token_status, {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token(grant)}

    def id_token(self, grant: Mapping[str, str]) -> str:
        now = int(self.now())
        claims = {
            "iss": self.issuer,
            "sub": "1",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": grant["nonce"],
            "email": self.email,
            "email_verified": True,
            **self.claims,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm == "RS256":
            return jwt.encode(header, said, self.key)
        return signed_by_anybody(header, said, b"" if self.algorithm == "none" else self.key.as_pem(private=False))


def signed_by_anybody(header: Mapping[str, Any], claims: Mapping[str, Any], public: bytes) -> str:
    """Returns a token without a signature, or with one by what everybody can read: the public key as a secret."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    signature = hmac.digest(public, ".".join(parts).encode(), "sha256") if public else b""
    return ".".join([*parts, base64.urlsafe_b64encode(signature).decode().rstrip("=")])


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    provider = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            if path == "/authorize":
                asked = parse_qs(urlsplit(self.path).query)
                back = f"{asked['redirect_uri'][0]}?{urlencode(provider.authorize(self.path))}"
                self.send_response(302)
                self.send_header("location", back)
                self.end_headers()
            elif path == "/.well-known/openid-configuration":
                self.answer(200, provider.document())
            else:
                self.answer(200, provider.keys())

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*provider.tokens(form, self.headers["authorization"]))

        def answer(self, status: int, document: Mapping[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
