"""Sends through Apprise: services without a sender of their own, each by an Apprise URL (senders.md §2).

Apprise is the extra `addressee[apprise]`. It says whether a service took a message, and nothing else: no reason, no id,
no dead address.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from addressee.channels.apprise.connections import Connections
from addressee.channels.channel_data import ANYTHING, Form, TenantData
from addressee.channels.chat.message import NO_ADDRESS, ChatMessage
from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.push.notification import Push
from addressee.channels.requests.public_hosts import NotPublicError
from addressee.channels.sender import SENDING_SECONDS, Failed, Failure, ProviderCall, SenderContext, Sent
from addressee.channels.settings import ChannelSettings, setting_problems
from addressee.directory.addresses.forms import URL_KEY
from addressee.directory.recipient import Document

EXTRA = "addressee[apprise]"

# Threads of a worker, and those that one channel may take of them: services that are slow hold up no other channel.
THREADS = 16
THREADS_OF_CHANNEL = 4

# The time that a message waits for a thread. Its channel then pauses, and the message is not counted as tried.
TURN_SECONDS = 5.0
CONNECT_SECONDS = 4.0
READ_SECONDS = 8.0
DEADLINE_SECONDS = SENDING_SECONDS / 2

TAKEN = 200
WORDS = {True: "taken", False: "not taken", None: "no answer in time"}

# Services that act on this machine, or call any URL in any form.
NEVER = frozenset(
    {
        *("dbus", "qt", "glib", "gio", "kde", "gnome", "macosx", "windows", "blink1"),
        *("syslog", "rsyslog", "smpp", "smpps"),
        *("form", "forms", "json", "jsons", "xml", "xmls", "apprise", "apprises"),
    }
)


class AppriseSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an Apprise channel. `services` are the schemes of URLs that it sends to.

    With `to: channel` all messages go to `url`, else to the URLs of their recipients, which are on public hosts unless
    `allow_private_hosts`.
    """

    services: tuple[str, ...]
    to: Literal["recipients", "channel"] = "recipients"
    url: str | None = None
    allow_private_hosts: bool = False


class Notice(NamedTuple):
    """A message as Apprise has it."""

    url: str
    title: str
    body: str


class AppriseSender:
    """Sends messages from threads of this process, which all its channels share."""

    def __init__(self, settings: AppriseSettings) -> None:
        self._settings = settings
        self._turns = asyncio.Semaphore(THREADS_OF_CHANNEL)

    async def send(self, message: ChatMessage | Push, /) -> Sent | Failed:
        notice = notice_of(message, self._settings)
        scheme = urlsplit(notice.url).scheme.lower()
        request = {"id": message.id, "service": scheme}
        if scheme not in self._settings.services or scheme in NEVER:
            return Failed(Failure.PERMANENT, f"apprise: the channel does not allow the service {scheme!r}")
        try:
            service = await asyncio.to_thread(open_service, notice.url)
            if service is None:
                return Failed(Failure.PERMANENT, f"apprise: this is no URL of the service {scheme!r}")
        except ImportError:
            return Failed(Failure.CREDENTIALS, f"Apprise is not installed: pip install '{EXTRA}'")
        turns = (self._turns, turns_of(asyncio.get_running_loop()))
        if not await have_turn(turns):
            return Failed(Failure.RATE_LIMITED, "apprise: its services are slow, and take all threads")
        try:
            result = await notify(service, notice, turns, anywhere=self._may_go_anywhere)
        except NotPublicError as error:
            return Failed(Failure.PERMANENT, f"apprise: {error}")
        call = ProviderCall("apprise", "POST", scheme, "/", request, TAKEN if result else None, WORDS[result])
        match result:
            case True:
                return Sent(call)
            case False:
                return Failed(Failure.TEMPORARY, "apprise: the service did not take the message", call)
        return Failed(Failure.UNCONFIRMED, f"apprise: no answer within {DEADLINE_SECONDS:.0f} seconds", call)

    async def close(self) -> None:
        """Does nothing: Apprise keeps no connection."""

    @property
    def _may_go_anywhere(self) -> bool:
        return self._settings.to == "channel" or self._settings.allow_private_hosts


def notice_of(message: ChatMessage | Push, settings: AppriseSettings) -> Notice:
    title, body = (message.title, message.body) if isinstance(message, Push) else ("", message.text)
    if settings.to == "channel":
        return Notice(settings.url or "", title, body)
    return Notice(message.token if isinstance(message, Push) else message.to["url"], title, body)


def open_service(url: str) -> Any:
    """Returns Apprise's object for a URL, None if it is none. Raises ImportError when Apprise is not installed."""
    import apprise

    logging.getLogger("apprise").disabled = True  # it logs URLs, which are secrets
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is not None:
        service.socket_connect_timeout, service.socket_read_timeout = CONNECT_SECONDS, READ_SECONDS
    return service


async def have_turn(turns: Sequence[asyncio.Semaphore]) -> bool:
    """Returns whether a message may take a thread within TURN_SECONDS: it has a turn of each."""
    had: list[asyncio.Semaphore] = []
    try:
        async with asyncio.timeout(TURN_SECONDS):
            for each in turns:
                await each.acquire()
                had.append(each)
    except BaseException as error:
        release(had)
        if isinstance(error, TimeoutError):
            return False
        raise
    return True


def release(turns: Iterable[asyncio.Semaphore]) -> None:
    for each in turns:
        each.release()


async def notify(service: Any, notice: Notice, turns: Sequence[asyncio.Semaphore], *, anywhere: bool) -> bool | None:
    """Returns whether a service took a message, None if it did not answer in time. The turns end with the thread.

    Unless it may go `anywhere`, raises NotPublicError when the service is not on a public host, or leads to another.
    """
    loop = asyncio.get_running_loop()
    connections = Connections(anywhere=anywhere)
    calling = pool().submit(connections.run, partial(service.notify, body=notice.body, title=notice.title))
    calling.add_done_callback(lambda _: loop.call_soon_threadsafe(release, turns))
    try:
        return await answer_of(calling)
    finally:
        if not calling.done():
            connections.end()


async def answer_of(calling: Future[Any]) -> bool | None:
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return bool(await asyncio.shield(asyncio.wrap_future(calling)))
    except TimeoutError:
        return None
    except NotPublicError:
        raise
    except Exception:  # plugins raise what they like, with URLs in it
        return False


@cache
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "apprise")


@cache
def turns_of(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    return asyncio.Semaphore(THREADS)


def apprise_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with a channel's settings: the setting, and what it must be."""
    yield from setting_problems(settings)
    services = settings.get("services", ())
    if find_spec("apprise") is None:
        yield "services", f"Apprise is not installed: pip install '{EXTRA}'"
    if not services:
        yield "services", "this must name the services that may be sent to, like [ntfy, matrix]"
    for name in NEVER.intersection(services):
        yield "services", f"{name} is not allowed: it acts on this machine, or calls any URL"
    url = settings.get("url")
    if settings.get("to") == "channel" and (url is None or urlsplit(url).scheme not in services):
        yield "url", "this must be an Apprise URL of one of the services, as all messages go to it"


def urls(data: Document) -> list[str]:
    """Returns the Apprise URLs in channel data: `{"urls": […]}`."""
    given = data.get("urls")
    return [url for url in given if isinstance(url, str)] if isinstance(given, list) else []


def chats(data: Document, tenant: TenantData) -> list[Destination]:
    return [Destination(f"{URL_KEY}{url}", {"url": url}) for url in urls(data)]


def devices(data: Document, tenant: TenantData) -> list[Destination]:
    return [Destination.of(url) for url in urls(data)]


def provider(channel_type: ChannelType, missing: str, form: Form) -> Provider:
    """Returns Apprise as the provider of a type of channel. Its kind is the group's: any chat, any device."""
    return Provider(
        channel_type,
        "apprise",
        AppriseSettings,
        open_apprise,
        kind=channel_type.value,
        missing=missing,
        secrets=frozenset({"url"}),
        data=form,
        problems=apprise_problems,
        is_fixed=lambda settings: settings.get("to") == "channel",
    )


def open_apprise(settings: AppriseSettings, context: SenderContext) -> AppriseSender:
    return AppriseSender(settings)


APPRISE_CHAT = provider(ChannelType.CHAT, NO_ADDRESS, Form(ANYTHING.checked, destinations=chats))
APPRISE_PUSH = provider(ChannelType.PUSH, "no_push_token", Form(ANYTHING.checked, destinations=devices))
