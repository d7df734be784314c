"""Sends messages as requests to a URL, the channel's own or the recipient's (senders.md §5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from addressee.channels.channel_data import ANYTHING, Form, TenantData
from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.requests import signatures
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, exchange
from addressee.channels.requests.rules import Method, content_type_of, header_problems, url_problem
from addressee.channels.sender import Failed, Failure, SenderContext, Sent
from addressee.channels.settings import ChannelSettings, setting_problems
from addressee.channels.texts import texts_in
from addressee.channels.webhook.request import WebhookRequest
from addressee.directory.addresses.forms import form_of, mask
from addressee.directory.clock import Clock
from addressee.directory.recipient import Document

if TYPE_CHECKING:
    import httpx2


class WebhookSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a webhook channel.

    `url`, in Liquid, is where all its messages go; without one they go to the addresses of their recipients.
    `signature` is `standard` if there is a `signing_secret` and nothing is said. `endpoint` is a server that is asked
    instead of the URL's.
    """

    url: str | None = None
    method: Method = "POST"
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    signing_secret: str | None = None
    signature: signatures.Style = "standard"
    allow_private_hosts: bool = False
    endpoint: str | None = None


class WebhookSender:
    """Sends one request for each message. The receiver recognises a repetition by the id in a standard signature."""

    def __init__(self, settings: WebhookSettings, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock

    async def send(self, message: WebhookRequest, /) -> Sent | Failed:
        if (problem := url_problem(message.url)) is not None:
            return Failed(Failure.PERMANENT, f"the URL of the webhook {problem}")
        answer = await exchange(self._client, self._request(message))
        result = answer if isinstance(answer, Failed) else judge(answer, of_channel=message.of_channel)
        return result if message.of_channel or isinstance(result, Sent) else result.of_one_address()

    async def close(self) -> None:
        """Does nothing: the client is shared."""

    def _request(self, message: WebhookRequest) -> ProviderRequest:
        settings = self._settings
        url = urlsplit(message.url)
        target = url.path + (f"?{url.query}" if url.query else "")
        headers = lower_case({**lower_case(settings.headers), **lower_case(message.headers)})
        if message.body:
            headers.setdefault("content-type", content_type_of(message.body))
        return ProviderRequest(
            service="webhook",
            url=message.url if settings.endpoint is None else settings.endpoint.rstrip("/") + target,
            headers={**headers, **self._signature(message)},
            content=message.body,
            envelope={"id": message.id, "to": url.netloc.rpartition("@")[2]},
            hidden=(settings.signing_secret or "", *settings.headers.values(), *secrets_in(message)),
            repeatable=settings.signing_secret is not None and settings.signature == "standard",
            method=message.method,
            path=url.path if message.of_channel else mask(url.path),
        )

    def _signature(self, message: WebhookRequest) -> Mapping[str, str]:
        secret, now = self._settings.signing_secret, self._clock.now()
        match self._settings.signature:
            case "standard" if secret is not None:
                return signatures.standard(secret, message.id, now, message.body)
            case "knock" if secret is not None:
                return signatures.knock(secret, now, message.body)
        return {}


def judge(answer: ProviderAnswer, *, of_channel: bool) -> Sent | Failed:
    """Returns what the receiver's status means: 410 ends an address, but only says that the channel's URL is wrong."""
    if answer.is_success:
        return answer.delivered()
    if answer.status == HTTPStatus.GONE and not of_channel:
        return answer.failed(Failure.BOUNCED)
    return answer.usual_failure("redirects are not followed" if answer.status in range(300, 400) else "")


def lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def secrets_in(message: WebhookRequest) -> Iterator[str]:
    """Yields what only the receiver may read: the body and its texts, secrets of the URL, and a recipient's URL."""
    url = urlsplit(message.url)
    yield from message.headers.values()
    yield from (url.query, url.password or "", *(value for _, value in parse_qsl(url.query)))
    if not message.of_channel:
        yield from (message.url, url.path, *url.path.split("/"))
    yield message.body.decode()
    try:
        yield from texts_in(msgspec.json.decode(message.body))
    except (msgspec.DecodeError, RecursionError):
        return


def webhook_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from setting_problems(settings)
    for name, problem in header_problems(settings.get("headers", {})):
        yield "headers", f"{name!r}: {problem}"
    secret, signature = settings.get("signing_secret"), settings.get("signature")
    if secret is None and signature in {"standard", "knock"}:
        yield "signing_secret", f"the signature {signature} needs a secret"
    if secret is not None and signature in {None, "standard"}:
        weakness = signatures.secrets_problem(secret)
        if weakness is not None:
            yield "signing_secret", weakness


def destinations(data: Document, tenant: TenantData) -> list[Destination]:
    """Returns the URLs in channel data: `{"url": …}`, `{"urls": […]}`, or both."""
    urls = data.get("urls")
    given = [data.get("url"), *(urls if isinstance(urls, list) else ())]
    values = [{"url": url} for url in given if isinstance(url, str)]
    keys = [form_of("webhook").key(value) for value in values]
    return [Destination(key, value) for key, value in zip(keys, values, strict=True) if key is not None]


def open_webhook(settings: WebhookSettings, context: SenderContext) -> WebhookSender:
    trusted = settings.allow_private_hosts or settings.endpoint is not None
    return WebhookSender(settings, context.client_for(allow_private_hosts=trusted), context.clock)


WEBHOOK = Provider(
    ChannelType.HTTP,
    "webhook",
    WebhookSettings,
    open_webhook,
    kind="webhook",
    missing="no_webhook",
    secrets=frozenset({"headers", "signing_secret"}),
    templates=frozenset({"url"}),
    data=Form(ANYTHING.checked, destinations=destinations),
    problems=webhook_problems,
    is_fixed=lambda settings: settings.get("url") is not None,
)
