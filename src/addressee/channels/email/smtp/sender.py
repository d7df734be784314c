"""Sends e-mail by SMTP."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Literal, cast

import aiosmtplib

from addressee.channels.email.mailbox import AddressError
from addressee.channels.email.message import (
    Email,
    EmailSettings,
    RawEmail,
    compose,
    email_problems,
    email_provider,
)
from addressee.channels.email.smtp.conversation import Conversation, NotSentError
from addressee.channels.email.smtp.places import Place, Places
from addressee.channels.email.smtp.refusals import PERMANENT_CODES, rejection
from addressee.channels.sender import SENDING_SECONDS, Failed, Failure, ProviderCall, Sent
from addressee.directory.domains import DomainError, ascii_domain

# The limits for each e-mail: for waiting for a connection, for connecting, and for sending. Together they are less than
# SENDING_SECONDS, so that what was never sent does not count as sent without an answer.
TURN_SECONDS = SENDING_SECONDS / 6
CONNECT_SECONDS = SENDING_SECONDS * 0.3
TIMEOUT_SECONDS = SENDING_SECONDS / 2

# Connections of a channel without the setting `concurrency`.
CONNECTIONS = 10


class SmtpSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an SMTP channel. With `starttls`, sending fails when the server does not offer it."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: str | None = None


class SmtpSender:
    """Sends over as many connections as e-mails are sent at once, or one after the other over those that are there."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._host = f"{settings.host}:{settings.port}"
        self._places = Places([Place() for _ in range(settings.concurrency or CONNECTIONS)])
        self._trusted: ssl.SSLContext | None = None
        self._reading = asyncio.Lock()

    async def send(self, email: Email, /) -> Sent | Failed:
        try:
            composed = compose(email)
        except AddressError as error:
            return Failed(error.failure, str(error))
        try:
            place = await self._places.take(composed, TURN_SECONDS)
        except TimeoutError:
            reason = f"{self._settings.host} is slow: all connections are taken"
            return self._unanswered(composed, Failed(Failure.RATE_LIMITED, reason))
        try:
            return await self._send_at(place, composed)
        except BaseException:
            place.close()  # in the middle of a conversation
            raise
        finally:
            self._places.give_back(place)

    async def close(self) -> None:
        for place in self._places.free:
            if (conversation := place.open) is None:
                continue
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await conversation.quit()
            except (aiosmtplib.SMTPException, OSError):
                conversation.close()

    async def _send_at(self, place: Place, composed: RawEmail) -> Sent | Failed:
        """Sends over a place's connection, or over a new one if the server has closed it or does so now."""
        if (conversation := place.open) is not None:
            with suppress(NotSentError):
                return await self._send(conversation, place, composed)
        found = await self._connection()
        if isinstance(found, Failed):
            return self._unanswered(composed, found)
        place.conversation = found
        try:
            return await self._send(found, place, composed)
        except NotSentError:
            reason = f"{self._settings.host} closed the connection before the e-mail was sent"
            return self._unanswered(composed, Failed(Failure.TEMPORARY, reason))

    async def _send(self, conversation: Conversation, place: Place, composed: RawEmail) -> Sent | Failed:
        if not composed.in_ascii and not conversation.takes_unicode:
            reason = f"{self._settings.host} does not take addresses outside of ASCII"
            return self._unanswered(composed, Failed(Failure.PERMANENT, reason))
        following = partial(self._places.next_at, place, conversation.takes_together)
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                reply = await conversation.send(composed, following)
        except NotSentError:
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            conversation.close()
            return self._lost(composed, error)
        finally:
            place.seconds = loop.time() - started_at
        call = self._provider_call(composed, reply.code, reply.text)
        return Sent(call) if reply.is_accepted else replace(rejection(reply), call=call)

    async def _connection(self) -> Conversation | Failed:
        """Returns a new connection."""
        client = aiosmtplib.SMTP(
            hostname=ascii_domain(self._settings.host),
            port=self._settings.port,
            username=self._settings.username,
            password=self._settings.password,
            use_tls=self._settings.security == "tls",
            start_tls=self._settings.security == "starttls",
            timeout=TIMEOUT_SECONDS,
        )
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                if self._settings.security != "none":
                    client.tls_context = await self._certificates()
                return await started(client)
        except aiosmtplib.SMTPAuthenticationError as refused:
            client.close()
            # What the server says here may repeat the credentials.
            failure = Failure.CREDENTIALS if refused.code in PERMANENT_CODES else Failure.UNAVAILABLE
            return Failed(failure, f"SMTP {refused.code}: the user name or password is not accepted")
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            return Failed(Failure.UNAVAILABLE, f"{self._settings.host} cannot be used: {type(error).__name__}")

    async def _certificates(self) -> ssl.SSLContext:
        """Returns the trusted certificates, which are read once: that takes longer than sending fifty e-mails."""
        async with self._reading:
            if self._trusted is None:
                self._trusted = await asyncio.to_thread(ssl.create_default_context)
        return self._trusted

    def _lost(self, composed: RawEmail, error: Exception) -> Failed:
        reason = f"{self._settings.host} did not answer: {type(error).__name__}"
        return self._unanswered(composed, Failed(Failure.UNCONFIRMED, reason))

    def _unanswered(self, composed: RawEmail, failed: Failed) -> Failed:
        return replace(failed, call=self._provider_call(composed, None, failed.reason))

    def _provider_call(self, composed: RawEmail, status: int | None, answer: str) -> ProviderCall:
        return ProviderCall("smtp", "POST", self._host, "/", composed.envelope, status, answer)


def smtp_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with a channel's settings: the setting, and what it must be."""
    yield from email_problems(settings)
    try:
        ascii_domain(settings["host"])
    except DomainError:
        yield "host", "this must be the name or the address of a mail server"


SMTP = email_provider(
    "smtp",
    SmtpSettings,
    lambda settings, context: SmtpSender(settings),
    secrets=frozenset({"password"}),
    problems=smtp_problems,
)


async def started(client: aiosmtplib.SMTP) -> Conversation:
    """Connects a client, and returns the conversation that goes on with its connection. Raises SMTPException."""
    await client.connect()
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()
    if client.transport is None:
        raise aiosmtplib.SMTPServerDisconnected("the connection was lost")
    return Conversation(cast(asyncio.Transport, client.transport), client.esmtp_extensions)
