"""Sends e-mail by SMTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

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
from addressee.channels.sender import SENDING_SECONDS, Failed, Failure, ProviderCall, Sent
from addressee.directory.domains import DomainError, ascii_domain

# The limits for each e-mail: for waiting for a connection, for connecting, and for sending. Together they are less than
# SENDING_SECONDS, so that what was never sent does not count as sent without an answer.
TURN_SECONDS = SENDING_SECONDS / 6
CONNECT_SECONDS = SENDING_SECONDS * 0.3
TIMEOUT_SECONDS = SENDING_SECONDS / 2

# Connections of a channel without the setting `concurrency`.
CONNECTIONS = 10

MAX_REASON_LENGTH = 300
PERMANENT_CODES = range(500, 600)

# Answers to RCPT that mean that the mailbox does not exist. An enhanced code (RFC 3463) takes precedence. Other codes,
# like 5.7.1 for a relay that is not allowed, are about the sender.
NO_MAILBOX_CODES = (550, 551, 553)
ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
NO_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})
TAKEN = 250


class SmtpSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an SMTP channel. With `starttls`, sending fails when the server does not offer it."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: str | None = None


class SmtpSender:
    """Sends over as many connections as e-mails are sent at once. Connections that are free are used again."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._host = f"{settings.host}:{settings.port}"
        self._free: list[aiosmtplib.SMTP] = []
        self._turns = asyncio.Semaphore(settings.concurrency or CONNECTIONS)

    async def send(self, email: Email, /) -> Sent | Failed:
        try:
            composed = compose(email)
        except AddressError as error:
            return Failed(error.failure, str(error))
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            reason = f"{self._settings.host} is slow: all connections are taken"
            return self._unanswered(composed, Failed(Failure.RATE_LIMITED, reason))
        try:
            client = await self._connection()
            return (
                self._unanswered(composed, client) if isinstance(client, Failed) else await self._use(client, composed)
            )
        finally:
            self._turns.release()

    async def close(self) -> None:
        free, self._free = self._free, []
        for client in free:
            try:
                await client.quit()
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    async def _use(self, client: aiosmtplib.SMTP, composed: RawEmail) -> Sent | Failed:
        """Sends over a connection, which is free after that, or closed when this is cancelled in the middle of it."""
        try:
            result = await self._send(client, composed)
        except BaseException:
            client.close()
            raise
        if client.is_connected:
            self._free.append(client)
        return result

    async def _send(self, client: aiosmtplib.SMTP, composed: RawEmail) -> Sent | Failed:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                _, answer = await client.sendmail(
                    composed.sender.address,
                    composed.recipient.address,
                    composed.content,
                    mail_options=() if composed.in_ascii else ("SMTPUTF8",),
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            refusal = refused.recipients[0]
            return self._rejected(composed, refusal, Failure.BOUNCED if no_mailbox(refusal) else Failure.PERMANENT)
        except aiosmtplib.SMTPResponseException as refused:
            return self._rejected(composed, refused, Failure.PERMANENT)
        except aiosmtplib.SMTPNotSupported:
            reason = f"{self._settings.host} does not take addresses outside of ASCII"
            return self._unanswered(composed, Failed(Failure.PERMANENT, reason))
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            reason = f"{self._settings.host} did not answer: {type(error).__name__}"
            return self._unanswered(composed, Failed(Failure.UNCONFIRMED, reason))
        return Sent(self._provider_call(composed, TAKEN, answer))

    async def _connection(self) -> aiosmtplib.SMTP | Failed:
        """Returns a connection that is free, or a new one."""
        while self._free:
            if (client := self._free.pop()).is_connected:
                return client
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
                await client.connect()
        except aiosmtplib.SMTPAuthenticationError as refused:
            client.close()
            # What the server says here may repeat the credentials.
            failure = Failure.CREDENTIALS if refused.code in PERMANENT_CODES else Failure.UNAVAILABLE
            return Failed(failure, f"SMTP {refused.code}: the user name or password is not accepted")
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            return Failed(Failure.UNAVAILABLE, f"{self._settings.host} cannot be used: {type(error).__name__}")
        return client

    def _rejected(self, composed: RawEmail, refused: aiosmtplib.SMTPResponseException, permanent: Failure) -> Failed:
        return replace(rejection(refused, permanent), call=self._provider_call(composed, refused.code, refused.message))

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


def no_mailbox(refused: aiosmtplib.SMTPResponseException) -> bool:
    """Returns whether an answer to RCPT says that the mailbox does not exist, not that sending is forbidden."""
    enhanced = ENHANCED.match(refused.message)
    return refused.code in NO_MAILBOX_CODES and (enhanced is None or enhanced[0] in NO_MAILBOX)


def rejection(refused: aiosmtplib.SMTPResponseException, permanent: Failure) -> Failed:
    """Returns the failure for an SMTP error: `permanent` for 5xx answers, temporary for others."""
    reason = f"SMTP {refused.code}: {refused.message}"[:MAX_REASON_LENGTH]
    return Failed(permanent if refused.code in PERMANENT_CODES else Failure.TEMPORARY, reason)
