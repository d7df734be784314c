"""The type of channel `http`: webhooks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self, get_args

import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.requests.rules import WITH_A_BODY, Method, encoded, header_problems, url_problem, with_query
from addressee.channels.webhook.request import WebhookRequest
from addressee.messaging.content.aliases import KEYS_AND_VALUES, Alias, Aliases, by_key
from addressee.messaging.content.model import Content, Rendered, Template, render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel

METHODS: tuple[Method, ...] = get_args(Method)

# The values of the scope that a request without a body of its own tells.
TOLD = ("workflow", "recipient", "actor", "tenant", "data")


class WebhookContent(Content, frozen=True, kw_only=True, tag=ChannelType.HTTP.value):
    """The content of a webhook. `url` is None if it goes to the addresses of the recipient.

    `body` is a value of JSON or a text. `told` is what the request tells if it has no body of its own, besides the
    message's id and time.
    """

    url: str | None
    method: Method
    headers: dict[str, str]
    body: Any = None
    told: dict[str, Any] | None = None
    query_params: dict[str, str] = msgspec.field(default_factory=dict)

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> WebhookRequest:
        url = with_query(to.value["url"] if self.url is None else self.url, self.query_params)
        body = self.body if self.told is None else {"id": id, "created_at": written_at, **self.told}
        return WebhookRequest(id, url, self.method, self.headers, encoded(body), self.url is not None)

    @property
    def unsure_addresses(self) -> Collection[str]:
        return ("url",)

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> WebhookContent:
        """A stand-in with a URL of its own sends it there."""
        url: str | None = stand_in.settings.get("url")
        return self if url is None or self.url is None else structs.replace(self, url=usable_url(url, scope))

    @property
    def shown_body(self) -> Any:
        """The body without the message's id and time, which are added for each address."""
        return self.body if self.told is None else self.told

    def silenced(self) -> Self:
        return structs.replace(self, headers={}, body=None, told=None, query_params={})


class WebhookTemplate(Template, frozen=True, tag=ChannelType.HTTP.value):
    """The template of a webhook. `url` and `method` stand for those of the channel, `headers` are added to its own.

    `query_params` are added to the URL. `body` is a text, or a value of JSON with texts in Liquid. Without one, the
    request tells the recipient, the actor, the tenant, the data and the workflow.
    """

    ALIASES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("method",), "method", str.upper, {"enum": [*METHODS, *map(str.lower, METHODS)]}),
            Alias(("headers",), "headers", by_key, KEYS_AND_VALUES),
            Alias(("query_params",), "query_params", by_key, KEYS_AND_VALUES),
        )
    )

    url: str | None = None
    method: Method | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    query_params: dict[str, str] = msgspec.field(default_factory=dict)
    body: str | dict[str, Any] | list[Any] | None = None

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the request. A URL or a header that cannot be used raises a TemplateError: nothing is sent."""
        url = self._source(channel)
        content = structs.replace(
            self.blank(channel, to),
            url=None if url is None else usable_url(url, scope),
            headers={name: liquid.render(text, scope).strip() for name, text in self.headers.items()},
            body=render_texts(self.body, scope),
            query_params=render_texts(self.query_params, scope),
        )
        for name, problem in header_problems(content.headers):
            raise liquid.TemplateError(f"header {name!r}: {problem}", None)
        if content.body is None and content.method in WITH_A_BODY:
            content = structs.replace(content, told={name: scope[name] for name in TOLD})
        return Rendered(content)

    def blank(self, channel: Channel, to: Sequence[str]) -> WebhookContent:
        method = self.method or channel.settings.get("method", "POST")
        return WebhookContent(url=None, method=method, headers={})

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        for name, problem in header_problems(dict.fromkeys(self.headers, "")):
            yield ("headers", name), problem

    @property
    def renders_addresses(self) -> Collection[str]:
        return ("url",)

    def is_fixed(self, channel: Channel) -> bool:
        return self._source(channel) is not None

    def _source(self, channel: Channel) -> str | None:
        """Returns the template of the URL, None if the request goes to the recipient's addresses."""
        url: str | None = self.url or channel.settings.get("url")
        return url


def usable_url(template: str, scope: Scope) -> str:
    """Returns the URL that a template becomes. Raises TemplateError if it cannot be used."""
    url = liquid.render(template, scope).strip()
    if (problem := url_problem(url)) is not None:
        raise liquid.TemplateError(f"the URL {problem}", None)
    return url
