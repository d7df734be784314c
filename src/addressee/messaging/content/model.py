"""The base classes of templates and of the contents made from them; each type of channel has its own.

Both are stored with the type of the channel as their tag.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias
from uuid import UUID

import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.provider import Provider
from addressee.messaging.content.aliases import Aliases
from addressee.messaging.content.attachments import File, StoredAttachment
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import escaping, liquid
from addressee.messaging.content.templating.shared_templates import Layout, Partial
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.environment.channels import Channel
from addressee.messaging.tracking.urls import Tracking

# Fields of a provider's request: an object whose texts are Liquid, or a text in Liquid that becomes one.
Overrides: TypeAlias = dict[str, Any] | str

# The name under which clients and apps find the link of a message.
ACTION_URL = "action_url"


# The path of overrides that are a text.
OVERRIDES: FieldPath = ("overrides",)

NUL = rb"\u0000"


class Content(msgspec.Struct, frozen=True, tag_field="type"):
    """The content of one message. `ADDRESSES` names the fields that hold its addresses."""

    ADDRESSES: ClassVar[tuple[str, ...]] = ()

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> Any:
        """Returns what the channel's sender takes for one destination. The id stays the same when it is sent again."""
        raise NotImplementedError

    @property
    def is_redirected(self) -> bool:
        """Returns whether it goes to addresses that its template names, and not to those of its recipient."""
        return False

    @property
    def redirected_to(self) -> Sequence[str]:
        """The addresses that it goes to, if those are not its recipient's own."""
        return ()

    @property
    def unsure_addresses(self) -> Collection[str]:
        """The fields with addresses that may be somebody else's, as far as it is known without its template."""
        return ()

    @property
    def keeps_addresses(self) -> bool:
        """Returns whether addresses at which it bounces stay as they are."""
        return False

    @property
    def finds_by_email(self) -> bool:
        """Returns whether recipients without an address are found by their e-mail address."""
        return False

    @property
    def copied_to(self) -> Sequence[str]:
        """The addresses that get a copy of it."""
        return ()

    @property
    def copied_with(self) -> str | None:
        """The one of its addresses with whose message the copies go, None without copies."""
        return None

    def copied_beside(self, address: str) -> Self:
        """Returns this content with the copies beside the message to another one of its addresses."""
        return self

    def without_copies_to(self, addresses: Collection[str]) -> Self:
        """Returns this content without copies to these addresses."""
        return self

    @property
    def attached(self) -> Sequence[UUID]:
        """The ids of the attachments that go with it."""
        return ()

    def with_attachments(self, payload: Any, files: Mapping[UUID, File]) -> Any:
        """Returns what the sender takes with those attachments whose files are given by their ids."""
        return payload

    def with_unsubscribe_url(self, payload: Any, url: str | None) -> Any:
        """Returns what the sender takes with the URL at which its recipient can unsubscribe, if there is one."""
        return payload

    def with_tracking(self, payload: Any, tracking: Tracking | None) -> Any:
        """Returns what the sender takes as it is tracked, if it is."""
        return payload

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> Content:
        """Returns this content, which was made for a channel, as a stand-in of that channel sends it.

        Raises TemplateError if the stand-in cannot send it.
        """
        return self

    def silenced(self) -> Content:
        """Returns this content without what it says: only the addresses stay."""
        raise NotImplementedError

    def without_addresses_in(self, fields: Collection[str]) -> Self:
        """Returns this content with nothing in some of the fields that hold addresses."""
        return structs.replace(self, **{name: type(getattr(self, name))() for name in fields})

    def without_overrides_of(self, channel: Channel, stand_in: Channel) -> Self:
        """Returns this content without fields of its provider's request, if a stand-in has another provider."""
        return self if stand_in.provider == channel.provider else structs.replace(self, overrides={})

    def addressed_like(self, other: Content, but: Collection[str] = ()) -> Content:
        """Returns this content with the addresses of another one of its type, but for those in some fields."""
        return structs.replace(self, **{name: getattr(other, name) for name in self.ADDRESSES if name not in but})


class Rendered(NamedTuple):
    """`refused` holds the reason for each link that was left out."""

    content: Content
    refused: tuple[str, ...] = ()


def storable(rendered: Rendered) -> Rendered:
    """Returns what was rendered. Raises TemplateError for a NUL, which filters can make of a value."""
    # A backslash before `u0000` is written as two: only then must the texts be looked at.
    if NUL in msgspec.json.encode(rendered) and has_nul(msgspec.to_builtins(rendered)):
        raise liquid.TemplateError("this has the character NUL, which no message can have", None)
    return rendered


def has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(has_nul(part) for item in value.items() for part in item)
        case list() | tuple():
            return any(map(has_nul, value))
        case _:
            return False


class Template(Definition, frozen=True, tag_field="type", omit_defaults=True):
    """A template in Liquid. Its texts are plain, but for fields with another environment in `ENVIRONMENTS`.

    `ALIASES` are Knock's names for its fields, `OVERRIDES` those of the fields in a step's `channel_overrides`.
    """

    ENVIRONMENTS: ClassVar[Mapping[FieldPath, liquid.BoundedEnvironment]] = {}
    ALIASES: ClassVar[Aliases] = Aliases()
    OVERRIDES: ClassVar[Aliases] = Aliases()

    @property
    def layout(self) -> str | None:
        """The key of the layout that it names, if it names one."""
        return None

    @classmethod
    def aliases(cls, provider: Provider) -> Aliases:
        """Returns Knock's names for the fields, which may depend on the channel's provider."""
        return cls.ALIASES

    @property
    def finds_by_email(self) -> bool:
        """Returns whether recipients without an address are found by their e-mail address."""
        return False

    @property
    def is_redirected(self) -> bool:
        """Returns whether it names addresses in place of the recipient's own."""
        return False

    @property
    def renders_addresses(self) -> Collection[str]:
        """The fields of its contents with addresses that the template names, like those of copies of an e-mail."""
        return ()

    def addressees(self, scope: Scope) -> Sequence[str] | None:
        """Returns the addresses that the template names in place of the recipient's own, None if it names none.

        Raises TemplateError.
        """
        return None

    def rendered(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Returns the content that goes to these addresses, which can be stored. Raises TemplateError."""
        return storable(self.render(scope, channel, to))

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Returns the content that goes to these addresses. Raises TemplateError."""
        raise NotImplementedError

    def attach(self, content: Content, attachments: Mapping[str, Sequence[StoredAttachment]]) -> Content:
        """Returns the content with those attachments that this template takes."""
        return content

    def blank(self, channel: Channel, to: Sequence[str]) -> Content:
        """Returns the content of a message that could not be rendered."""
        raise NotImplementedError

    def is_fixed(self, channel: Channel) -> bool:
        """Returns whether the message goes to an address of the channel's own, whoever the recipient is."""
        return channel.served_by.is_fixed(channel.settings)

    def layout_problems(self, layout: Layout) -> Iterator[tuple[FieldPath, str]]:
        """Yields what does not fit the layout that it names, and the paths."""
        yield from ()

    def partial_problems(self, partials: Mapping[str, Partial]) -> Iterator[tuple[FieldPath, str]]:
        """Yields what does not fit the partials that it gives values to, and the paths."""
        yield from ()

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        """Yields problems of the template beyond its types and its Liquid, and their paths."""
        yield from ()

    def warnings(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        """Yields what changes nothing here, and the paths."""
        yield from ()

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        """Yields the texts that are links as a whole, and their paths."""
        yield from ()

    def texts(self) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
        """Yields every text in Liquid, its path and its environment."""
        for path, text in texts_in(structs.asdict(self)):
            usual = escaping.JSON if path == OVERRIDES else liquid.PLAIN
            yield path, text, self.ENVIRONMENTS.get(path, usual)


def texts_in(value: Any) -> Iterator[tuple[FieldPath, str]]:
    """Yields the texts in a value of JSON, at any depth, and their paths."""
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, dict):
        yield from (((name, *path), text) for name, part in value.items() for path, text in texts_in(part))
    elif isinstance(value, list | tuple):
        yield from (((index, *path), text) for index, part in enumerate(value) for path, text in texts_in(part))


def render_texts(value: Any, scope: Scope, environment: liquid.BoundedEnvironment = liquid.PLAIN) -> Any:
    """Returns a value of JSON with the texts in it, at any depth, rendered as Liquid. Raises TemplateError."""
    if isinstance(value, str):
        return liquid.render(value, scope, environment)
    if isinstance(value, dict):
        return {name: render_texts(part, scope, environment) for name, part in value.items()}
    return [render_texts(part, scope, environment) for part in value] if isinstance(value, list | tuple) else value


def render_object(
    written: Mapping[str, Any] | str,
    scope: Scope,
    texts: liquid.BoundedEnvironment = liquid.PLAIN,
    json: liquid.BoundedEnvironment = escaping.JSON,
) -> dict[str, Any]:
    """Returns an object with the texts in it rendered, or the one that a text renders to. Raises TemplateError."""
    if not isinstance(written, str):
        return dict(render_texts(written, scope, texts))
    text = liquid.render(written, scope, json).strip()
    try:
        found = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError as error:
        raise liquid.TemplateError(f"the overrides did not become JSON: {error}", None) from None
    if not isinstance(found, dict):
        raise liquid.TemplateError("the overrides must become a JSON object", None)
    return found
