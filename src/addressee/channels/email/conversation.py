"""A conversation with a mail server: e-mails one after the other over one connection (RFC 5321).

The library opens the connection. For each e-mail it would take longer than all else that is done for one, as it sends
each command by itself: a server that takes some together (RFC 2920) is asked twice for an e-mail here, not four times.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container, Sequence
from enum import StrEnum
from typing import NamedTuple

from aiosmtplib import SMTPException, SMTPServerDisconnected

from addressee.channels.email.mailbox import Mailbox
from addressee.channels.email.message import RawEmail

# The answers to what is sent together are at most so long.
MAX_ANSWERS_LENGTH = 32 * 1024

# Codes from this one on refuse. With CLOSING the server closes the connection.
REFUSALS = 400
CLOSING = 421

# Characters that would end an address or its command. No mailbox has one.
UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\s<>]")


class Command(StrEnum):
    """The commands that a server gets for an e-mail, and its content. `COPY` is the RCPT of somebody besides `RCPT`."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    COPY = "RCPT of a copy"
    DATA = "DATA"
    CONTENT = "content"


# The codes by which a server accepts each of them.
ACCEPTED = {
    Command.MAIL: frozenset({250}),
    Command.RCPT: frozenset({250, 251}),
    Command.DATA: frozenset({354}),
    Command.CONTENT: frozenset({250}),
}


class Reply(NamedTuple):
    """A server's answer to one command."""

    command: Command
    code: int
    text: str

    @property
    def is_accepted(self) -> bool:
        """Returns whether the e-mail can go on. A server that refuses a copy sends the others, unless it leaves."""
        return self.code != CLOSING if self.command is Command.COPY else self.code in ACCEPTED[self.command]


class Answer(NamedTuple):
    code: int
    text: str


class Conversation(asyncio.Protocol):
    """A connection whose server has been greeted and has these extensions. It takes over the transport.

    It closes when it is not known any more which answer comes next.
    """

    def __init__(self, transport: asyncio.Transport, extensions: Container[str]) -> None:
        self._transport = transport
        self._extensions = extensions
        self._read = b""  # of a line that has not ended yet
        self._lines: list[bytes] = []  # of an answer that has not ended yet
        self._answers: list[Answer] = []
        self._length = 0
        self._asked = 0
        self._answered: asyncio.Future[None] | None = None
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    @property
    def takes_unicode(self) -> bool:
        """Returns whether addresses may have characters outside of ASCII (RFC 6531)."""
        return "smtputf8" in self._extensions

    async def send(self, email: RawEmail) -> Reply:
        """Sends an e-mail. Returns the reply to its content, or the one that refused what came before.

        Raises SMTPException when a reply is lost: the server may have taken the e-mail.
        """
        content = b"\r\n".join(email.content.splitlines()) + b"\r\n"
        replies = await self._tell(self._envelope(email, len(content)))
        refused = next((reply for reply in replies if not reply.is_accepted), None)
        reply = Reply(Command.CONTENT, *await self._ask(stuffed(content))) if refused is None else refused
        if reply.code == CLOSING:
            self.close()
        elif refused is not None:
            await self._start_over(replies)
        return reply

    async def quit(self) -> None:
        """Closes the connection once the server has said goodbye. Raises SMTPException when it does not."""
        try:
            await self._ask(b"QUIT\r\n")
        finally:
            self.close()

    def close(self) -> None:
        self._transport.close()

    def _envelope(self, email: RawEmail, size: int) -> list[tuple[Command, bytes]]:
        options = f" SIZE={size}" if "size" in self._extensions else ""
        if not email.in_ascii:
            options += " SMTPUTF8"
        copies = [(Command.COPY, recipient_line(mailbox)) for mailbox in email.copies.all]
        return [
            (Command.MAIL, f"MAIL FROM:{path(email.sender.address)}{options}\r\n".encode()),
            (Command.RCPT, recipient_line(email.recipient)),
            *copies,
            (Command.DATA, b"DATA\r\n"),
        ]

    async def _tell(self, envelope: Sequence[tuple[Command, bytes]]) -> list[Reply]:
        """Sends commands, together if the server takes them so, and otherwise up to the first that is refused.

        With copies they are sent one after the other: a server that refuses the recipient alone would wait for the
        content, and the copies would get an empty e-mail.
        """
        has_copies = any(command is Command.COPY for command, _ in envelope)
        if "pipelining" in self._extensions and not has_copies:
            answers = await self._ask_all([line for _, line in envelope])
            return [Reply(command, *answer) for (command, _), answer in zip(envelope, answers, strict=True)]
        replies: list[Reply] = []
        for command, line in envelope:
            replies.append(Reply(command, *await self._ask(line)))
            if not replies[-1].is_accepted:
                break
        return replies

    async def _start_over(self, replies: Sequence[Reply]) -> None:
        """Has the server forget an e-mail that it refused. If it waits for the content, it gets an empty one."""
        waits = any(reply.command is Command.DATA and reply.is_accepted for reply in replies)
        try:
            await self._ask_all([b".\r\n", b"RSET\r\n"] if waits else [b"RSET\r\n"])
        except SMTPException:
            self.close()

    async def _ask(self, line: bytes) -> Answer:
        return (await self._ask_all([line]))[0]

    async def _ask_all(self, lines: Sequence[bytes]) -> list[Answer]:
        """Sends lines together, and returns the answer to each."""
        if not self.is_open:
            raise SMTPServerDisconnected("the connection is closed")
        self._answers, self._length, self._asked = [], 0, len(lines)
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(b"".join(lines))
        try:
            await self._answered
        finally:
            self._answered = None
        return self._answers

    def data_received(self, data: bytes) -> None:
        self._length += len(data)
        *lines, self._read = (self._read + data).split(b"\n")
        try:
            for line in lines:
                self._read_line(line)
        except ValueError:
            self._fail(SMTPException("the answer is none of SMTP"))
            return
        if self._answered is None or len(self._answers) > self._asked or self._length > MAX_ANSWERS_LENGTH:
            self._fail(SMTPException("more was answered than asked"))
        elif len(self._answers) == self._asked and not self._answered.done():
            self._answered.set_result(None)

    def _read_line(self, line: bytes) -> None:
        code = int(line[:3])
        self._lines.append(line[4:].strip())
        if line[3:4] != b"-":
            self._answers.append(Answer(code, b"\n".join(self._lines).decode(errors="replace")))
            self._lines.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends what is under way. A server that refused a command and left has refused those after it."""
        if self._answered is not None and not self._answered.done() and self._has_refused:
            self._answers += self._answers[-1:] * (self._asked - len(self._answers))
            self._answered.set_result(None)
        self._fail(SMTPServerDisconnected("the connection was lost"))

    @property
    def _has_refused(self) -> bool:
        return bool(self._answers) and self._answers[-1].code >= REFUSALS

    def _fail(self, error: SMTPException) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error)
        self.close()


def recipient_line(mailbox: Mailbox) -> bytes:
    return f"RCPT TO:{path(mailbox.address)}\r\n".encode()


def path(address: str) -> str:
    """Returns an address as commands name it. Raises ValueError if it would say more than that."""
    if UNSAFE.search(address):
        raise ValueError("an address has characters that no command may have")
    return f"<{address}>"


def stuffed(content: bytes) -> bytes:
    """Returns the lines of an e-mail as they are sent, with their end: none of them is taken for it."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    return (b"." if lines.startswith(b".") else b"") + lines + b".\r\n"
