"""Parts of the routes of both kits: the object and the channel that a request names, its options, and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call
from addressee.channels.chat.accounts.errors import AccountRefusedError
from addressee.channels.provider import ChannelType
from addressee.dialects.knock.routes.channel_data import require_channel
from addressee.dialects.knock.shapes.kits import Revoked
from addressee.dialects.knock.wire.errors import KnockError, invalid
from addressee.dialects.knock.wire.query import Query
from addressee.directory.collections import check_objects
from addressee.directory.documents import check_id
from addressee.directory.edits.recipients import ChangeChannelData
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.writes import Written
from addressee.messaging.chat_accounts.chat_accounts import NotConnectedError
from addressee.messaging.environment.channels import Channel

OPTIONS = "query_options"


class Options(Query):
    """The options of a list, `query_options[limit]` or `query_options.limit`; an empty one is none."""

    def text(self, name: str) -> str | None:
        return self.mapping(OPTIONS).get(name.removeprefix(f"{OPTIONS}.")) or None


def named_object(call: Call, name: str, permission: str) -> Place:
    """Returns the object that the query names, as JSON or as nested parameters. Raises KnockError."""
    given = Query(call.query_string).document(name)
    id, collection = given.get("object_id"), given.get("collection")
    if not isinstance(id, str) or not isinstance(collection, str):
        raise invalid(name, f"{name} must have an object_id and a collection.")
    place = Place(call.environment.id, check_objects(collection), check_id(id, name))
    call.caller.check_object(permission, place)
    return place


async def chat_channel(call: Call, provider: str) -> Channel:
    """Returns the channel that the path names. Raises KnockError unless it is one of this provider."""
    channel = await require_channel(call)
    if (channel.type, channel.provider) != (ChannelType.CHAT, provider):
        message = f"The channel {channel.key} is not one of {provider}, but of {channel.provider}."
        raise KnockError("channel_invalid", message)
    return channel


@contextmanager
def refusals(not_connected: str) -> Iterator[None]:
    """Words the errors of accounts; `not_connected` is what the components compare."""
    try:
        yield
    except NotConnectedError:
        raise KnockError("authorization", not_connected) from None
    except AccountRefusedError as error:
        raise KnockError("authorization", f"The provider refuses this: {error}") from None


async def forget(call: Call, channel: Channel, place: Place, change: Callable[[Document], Document | None]) -> Answer:
    """Changes the channel data that hold an account, and answers as the caller's clients expect.

    Components compare the answer with a text, server SDKs read an object (knock.md §2.3).
    """
    answered = json_answer("ok") if call.credential.kind == "public" else json_answer(Revoked())

    def answer(written: Written) -> Answer:
        return answered

    return await call.write(place, ChangeChannelData(str(channel.id), change), answer=answer)
