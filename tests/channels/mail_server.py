"""A real SMTP server on loopback that answers as the test says."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

OK = "250 OK"


@dataclass
class MailServer:
    """`recipient_answer` and `data_answer` are its answers to RCPT and to the message; `mails` are those it took.

    `refused` are its answers to single addresses. It takes `seconds` for each message, or those of `slow` for single
    addresses, and is about `busy` of them. With `pipelining` it takes commands together. If it `closes`, it leaves
    instead of taking another message of a connection.
    """

    port: int = 0
    recipient_answer: str = OK
    data_answer: str = OK
    refused: dict[str, str] = field(default_factory=dict)
    password: str = "correct"
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    connections: int = 0
    seconds: float = 0
    slow: dict[str, float] = field(default_factory=dict)
    busy: int = 0
    pipelining: bool = False
    closes: bool = False
    served: set[Session] = field(default_factory=set)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelining else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        if self.closes and session in self.served:
            assert server.transport is not None
            server.transport.close()
        return OK

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.refused.get(address, self.recipient_answer)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.busy += 1
        try:
            await asyncio.sleep(max((self.slow.get(each, self.seconds) for each in envelope.rcpt_tos), default=0))
        finally:
            self.busy -= 1
        if self.data_answer == OK:
            assert isinstance(envelope.content, bytes)
            self.mails.append(BytesParser(policy=policy.default).parsebytes(envelope.content))
            self.recipients.append(envelope.rcpt_tos)
        self.served.add(session)
        return self.data_answer

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == self.password.encode(), handled=False)


@asynccontextmanager
async def mail_server(
    *,
    authentication: bool = False,
    ascii_only: bool = False,
    certificate: Path | None = None,
    tls_first: bool = False,
    port: int = 0,
) -> AsyncIterator[MailServer]:
    """With a `certificate` (PEM, with its key) the server speaks TLS: from the first byte, or after STARTTLS."""
    mail = MailServer()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

    def protocol() -> SMTP:
        return SMTP(
            mail,
            hostname="mail.test",
            tls_context=None if tls_first else context,
            auth_required=authentication,
            auth_require_tls=False,
            authenticator=mail.authenticate if authentication else None,
            enable_SMTPUTF8=not ascii_only,
        )

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", port, ssl=context if tls_first else None
    )
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        await server.wait_closed()
