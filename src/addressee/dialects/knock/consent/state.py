"""The state of a consent: what the component that asked for it wants to know again, in the words of the component."""

from __future__ import annotations

import msgspec

from addressee.dialects.knock.wire.errors import invalid


class NamedObject(msgspec.Struct):
    object_id: str
    collection: str


class ConsentState(msgspec.Struct, kw_only=True):
    """A state. One of the two objects is given, by provider; `redirect_url` is where the browser goes afterwards."""

    channel_id: str
    public_key: str
    user_token: str | None = None
    access_token_object: NamedObject | None = None
    ms_teams_tenant_object: NamedObject | None = None
    redirect_url: str | None = None
    nonce: str | None = None


def read_state(text: str | None) -> ConsentState:
    """Returns the state that a parameter holds. Raises KnockError."""
    try:
        return msgspec.json.decode(text or "", type=ConsentState)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        raise invalid("state", "The state is not one that a component of this service has made.") from None
