"""Provider tokens: how a developer team authenticates to APNs (JSON Web Tokens, ES256)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from addressee.channels.private_keys import p256_key_in

# APNs refuses tokens that are older than an hour, and teams that sign more than one in 20 minutes.
LIFE = timedelta(minutes=50)
LEAST_AGE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of a team: `text` is the content of its .p8 file."""

    team_id: str
    id: str
    text: str = field(repr=False)

    def signed(self, now: datetime) -> str:
        import jwt  # here, as commands import this module to check settings only

        return jwt.encode({"iss": self.team_id, "iat": int(now.timestamp())}, self.text, "ES256", {"kid": self.id})


def is_signing_key(text: str) -> bool:
    """Returns whether this is the content of a .p8 file: a private key on the curve P-256, in PEM."""
    return p256_key_in(text) is not None


class ProviderToken(NamedTuple):
    text: str
    signed_at: datetime

    def is_younger(self, age: timedelta, now: datetime) -> bool:
        # A token of the future was signed before the clock was set back.
        return timedelta() <= now - self.signed_at < age


class ProviderTokens:
    """The tokens of a process by their keys. All channels with the same key share its token."""

    def __init__(self) -> None:
        self._tokens: dict[SigningKey, ProviderToken] = {}

    def get(self, key: SigningKey, now: datetime) -> str:
        self._tokens = {of: token for of, token in self._tokens.items() if token.is_younger(LIFE, now)}
        return (self._tokens.get(key) or self._sign(key, now)).text

    def renewed(self, key: SigningKey, refused: str, now: datetime) -> str | None:
        """Returns a token in place of one that was refused, None if it is too early to sign another."""
        token = self._tokens.get(key)
        if token is None or token.text != refused:  # it was replaced meanwhile
            return self.get(key, now)
        return None if token.is_younger(LEAST_AGE, now) else self._sign(key, now).text

    def _sign(self, key: SigningKey, now: datetime) -> ProviderToken:
        self._tokens[key] = ProviderToken(key.signed(now), now)
        return self._tokens[key]
