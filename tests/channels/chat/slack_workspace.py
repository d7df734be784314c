"""A workspace of Slack that speaks its Web API: what a product that was let in may see of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.channels.provider_server import ProviderServer, ReceivedRequest, Reply

CLIENT_ID, CLIENT_SECRET = "111.222", "app-secret-9876"


@dataclass
class SlackWorkspace:
    """`codes` are given once each for a token. Lists are paged by a cursor that tells how far they have been read."""

    server: ProviderServer
    channels: Sequence[dict[str, Any]] = ()
    tokens: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    redirect_uri: str = ""
    limited: bool = False

    def __post_init__(self) -> None:
        self.server.answer = self.answer

    @property
    def called(self) -> list[str]:
        return [request.path.removeprefix("/api/") for request in self.server.received]

    def answer(self, request: ReceivedRequest) -> Reply:
        if self.limited:
            return Reply(429, {"ok": False, "error": "ratelimited"}).after(30)
        methods: dict[str, Callable[[str, dict[str, str]], dict[str, Any]]] = {
            "/api/auth.test": lambda token, form: {"url": "https://acme.slack.com/", "team_id": "T1"},
            "/api/auth.revoke": self.revoke,
            "/api/conversations.list": self.list,
        }
        if request.path == "/api/oauth.v2.access":
            return Reply(200, self.grant(request.form))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return Reply(200, {"ok": False, "error": "invalid_auth"})
        return Reply(200, {"ok": True, **methods[request.path](token, request.form)})

    def revoke(self, token: str, form: dict[str, str]) -> dict[str, Any]:
        self.tokens.remove(token)
        return {"revoked": True}

    def list(self, token: str, form: dict[str, str]) -> dict[str, Any]:
        kinds = form.get("types", "public_channel").split(",")
        if "mpim" in kinds:
            return {"ok": False, "error": "missing_scope", "needed": "mpim:read", "provided": "channels:read"}
        seen = [
            channel
            for channel in self.channels
            if ("private_channel" if channel["is_private"] else "public_channel") in kinds
            and not (channel["is_archived"] and form["exclude_archived"] == "true")
            and form.get("team_id") in (None, channel["context_team_id"])
        ]
        start = int(form.get("cursor", "0"))
        end = start + int(form["limit"])
        following = str(end) if end < len(seen) else ""
        return {"channels": seen[start:end], "response_metadata": {"next_cursor": following}}

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return {"ok": False, "error": "bad_client_secret"}
        if form["redirect_uri"] != self.redirect_uri:
            return {"ok": False, "error": "bad_redirect_uri"}
        token = self.codes.pop(form["code"], None)
        if token is None:
            return {"ok": False, "error": "invalid_code"}
        self.tokens.add(token)
        return {"ok": True, "access_token": token, "token_type": "bot", "team": {"id": "T1", "name": "Acme"}}


def channel(id: str, name: str, *, is_private: bool = False, is_archived: bool = False) -> dict[str, Any]:
    """Returns a channel as Slack tells it, with some of what nobody here reads."""
    return {
        "id": id,
        "name": name,
        "is_channel": True,
        "is_private": is_private,
        "is_im": False,
        "is_archived": is_archived,
        "context_team_id": "T1",
        "num_members": 7,
        "topic": {"value": "", "creator": "", "last_set": 0},
    }
