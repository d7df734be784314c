"""Tokens: what a URL of tracking names, as a signed text. Nothing is stored for one, and nothing read to open it."""

from __future__ import annotations

import msgspec

from addressee.database.sealing import Sealer
from addressee.directory.access.signed_texts import TextKey, read_signed

OPEN_PATH = "/t/o"
CLICK_PATH = "/t/c"

# Pixels look like a file, as some mail programs load nothing else.
PICTURE = ".gif"

# The tokens that are made are shorter (`urls.MAX_URL`).
MAX_TOKEN_LENGTH = 4_096


class Tracked(msgspec.Struct, frozen=True, array_like=True):
    """A message in its environment and, of a link in it, where that leads. The order of the fields is that of a token.

    Without a `target` it is the pixel's.
    """

    environment_id: int
    message_id: str
    target: str | None = None


ENCODER = msgspec.msgpack.Encoder()
DECODER = msgspec.msgpack.Decoder(Tracked)


def tracking_key(sealer: Sealer) -> TextKey:
    """Returns the key that signs tokens of all environments, which is stored nowhere.

    Links in e-mails lead on for as long as the master key is the same: nobody ends them.
    """
    return TextKey(sealer.token("tracking").encode())


def token_of(tracked: Tracked, key: TextKey) -> str:
    return key.signed(ENCODER.encode(tracked))


def open_token(token: str, key: TextKey) -> Tracked | None:
    """Returns what a token names, None unless the key has signed exactly this text."""
    signed = read_signed(token, MAX_TOKEN_LENGTH)
    if signed is None or not signed.is_signed_by(key):
        return None
    return DECODER.decode(signed.payload)
