"""A conversation with a mail server: e-mails one after the other over one connection (RFC 5321).

The library opens the connection. For each e-mail it would take longer than all else that is done for one, as it sends
each command by itself: a server that takes some together (RFC 2920) is asked twice for an e-mail here, not four times,
and once while others wait, as the envelope of the next one goes with the content.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from aiosmtplib import SMTPException, SMTPServerDisconnected

from addressee.channels.email.mailbox import Mailbox
from addressee.channels.email.message import RawEmail
from addressee.channels.email.smtp.commands import CLOSING, REFUSALS, Answer, Command, Line, Question, Reply

# The answers to what is sent together are at most so long.
MAX_ANSWERS_LENGTH = 32 * 1024

# Characters that would end an address or its command. No mailbox has one.
UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\s<>]")


class Begun(NamedTuple):
    """An e-mail whose envelope was sent with the content of the one before."""

    email: RawEmail
    envelope: Sequence[Line]
    question: Question


class NotSentError(SMTPServerDisconnected):
    """The connection was lost before the content of an e-mail was sent."""


class Conversation(asyncio.Protocol):
    """A connection whose server has been greeted and has these extensions. It takes over the transport.

    It closes when it is not known any more which answer comes next.
    """

    def __init__(self, transport: asyncio.Transport, extensions: Container[str]) -> None:
        self._transport = transport
        self._extensions = extensions
        self._read = b""  # of a line that has not ended yet
        self._lines: list[bytes] = []  # of an answer that has not ended yet
        self._length = 0  # of answers to the first question
        self._questions: deque[Question] = deque()
        self._begun: Begun | None = None
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    @property
    def takes_unicode(self) -> bool:
        """Returns whether addresses may have characters outside of ASCII (RFC 6531)."""
        return "smtputf8" in self._extensions

    def takes_together(self, email: RawEmail) -> bool:
        """Returns whether the server takes the whole envelope of an e-mail together.

        One with copies it does not: a server that refuses the recipient alone would wait for the content, and the
        copies would get an empty e-mail.
        """
        in_unicode = email.in_ascii or self.takes_unicode
        return "pipelining" in self._extensions and in_unicode and not email.copies.all

    async def send(self, email: RawEmail, following: Callable[[], RawEmail | None] = lambda: None) -> Reply:
        """Sends an e-mail. Returns the reply to its content, or the one that refused what came before.

        With the content goes the envelope of the e-mail `following`, if there is one: it must be the next that is sent.
        Raises SMTPException when a reply is lost: the server may have taken `email`, unless it is a NotSentError.
        """
        content = with_line_ends(email.content)
        try:
            replies = await self._told(email, len(content))
        except SMTPServerDisconnected as error:
            raise NotSentError(*error.args) from error
        if (refused := next((reply for reply in replies if not reply.is_accepted), None)) is not None:
            await self._start_over(refused, replies)
            return refused
        if not self.is_open:
            raise NotSentError("the connection was lost")
        reply = Reply(Command.CONTENT, *await self._hand_over(stuffed(content), following))
        if reply.code == CLOSING:
            self.close()
        return reply

    async def _told(self, email: RawEmail, size: int) -> list[Reply]:
        """Tells the envelope of an e-mail, if it has not been told yet, and returns the replies to it."""
        begun, self._begun = self._begun, None
        if begun is not None and begun.email is not email:
            raise ValueError("the envelope of another e-mail has been told")
        if begun is None:
            return await self._tell(self._envelope(email, size), together=self.takes_together(email))
        answers = await begun.question.answered
        return [Reply(line.command, *answer) for line, answer in zip(begun.envelope, answers, strict=True)]

    async def _hand_over(self, content: bytes, following: Callable[[], RawEmail | None]) -> Answer:
        """Sends a content, with the envelope of the e-mail that follows, and returns the answer to the content."""
        written, question = [content], self._question(1)
        if (email := following()) is not None:
            envelope = self._envelope(email, len(with_line_ends(email.content)))
            written += [line.written for line in envelope]
            self._begun = Begun(email, envelope, self._question(len(envelope)))
        self._transport.write(b"".join(written))
        return (await question.answered)[0]

    async def quit(self) -> None:
        """Closes the connection once the server has said goodbye. Raises SMTPException when it does not."""
        try:
            await self._ask(b"QUIT\r\n")
        finally:
            self.close()

    def close(self) -> None:
        self._transport.close()

    def _envelope(self, email: RawEmail, size: int) -> list[Line]:
        options = f" SIZE={size}" if "size" in self._extensions else ""
        if not email.in_ascii:
            options += " SMTPUTF8"
        copies = [Line(Command.COPY, recipient_line(mailbox)) for mailbox in email.copies.all]
        return [
            Line(Command.MAIL, f"MAIL FROM:{path(email.sender.address)}{options}\r\n".encode()),
            Line(Command.RCPT, recipient_line(email.recipient)),
            *copies,
            Line(Command.DATA, b"DATA\r\n"),
        ]

    async def _tell(self, envelope: Sequence[Line], *, together: bool) -> list[Reply]:
        """Sends commands, together or one after the other up to the first that is refused."""
        if together:
            answers = await self._ask_all([line.written for line in envelope])
            return [Reply(line.command, *answer) for line, answer in zip(envelope, answers, strict=True)]
        replies: list[Reply] = []
        for command, written in envelope:
            replies.append(Reply(command, *await self._ask(written)))
            if not replies[-1].is_accepted:
                break
        return replies

    async def _start_over(self, refused: Reply, replies: Sequence[Reply]) -> None:
        """Has the server forget an e-mail that it refused. If it waits for the content, it gets an empty one.

        One that leaves is left, and so is one that neither accepts nor refuses: that is no answer to this command.
        """
        if refused.code == CLOSING or refused.code < REFUSALS:
            self.close()
            return
        waits = any(reply.command is Command.DATA and reply.is_accepted for reply in replies)
        try:
            await self._ask_all([b".\r\n", b"RSET\r\n"] if waits else [b"RSET\r\n"])
        except SMTPException:
            self.close()

    async def _ask(self, line: bytes) -> Answer:
        return (await self._ask_all([line]))[0]

    async def _ask_all(self, lines: Sequence[bytes]) -> list[Answer]:
        """Sends lines together, and returns the answer to each."""
        question = self._question(len(lines))
        self._transport.write(b"".join(lines))
        return await question.answered

    def _question(self, lines: int) -> Question:
        """Returns the question of lines that are about to be sent."""
        if not self.is_open:
            raise SMTPServerDisconnected("the connection is closed")
        question = Question(lines, asyncio.get_running_loop().create_future())
        self._questions.append(question)
        return question

    def data_received(self, data: bytes) -> None:
        self._length += len(data)
        *lines, self._read = (self._read + data).split(b"\n")
        try:
            for line in lines:
                self._read_line(line)
        except ValueError:
            self._fail(SMTPException("the answer is none of SMTP"))
            return
        if self._length > MAX_ANSWERS_LENGTH:
            self._fail(SMTPException("more was answered than asked"))

    def _read_line(self, line: bytes) -> None:
        code = int(line[:3])
        self._lines.append(line[4:].strip())
        if line[3:4] != b"-":
            text = b"\n".join(self._lines).decode(errors="replace")
            self._lines.clear()
            self._take(Answer(code, text))

    def _take(self, answer: Answer) -> None:
        """Takes the next answer. Raises ValueError if nothing was asked."""
        if not self._questions:
            raise ValueError("more was answered than asked")
        question = self._questions[0]
        question.answers.append(answer)
        if len(question.answers) == question.lines:
            self._end(question)

    def _end(self, question: Question) -> None:
        self._questions.popleft()
        self._length = 0
        if not question.answered.done():
            question.answered.set_result(question.answers)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends what is under way. A server that refused a command and left has refused those after it."""
        if self._questions and (question := self._questions[0]).is_refused:
            question.answers += question.answers[-1:] * (question.lines - len(question.answers))
            self._end(question)
        self._fail(SMTPServerDisconnected("the connection was lost"))

    def _fail(self, error: SMTPException) -> None:
        if self._begun is not None:
            self._begun.question.answered.cancel()  # which nobody waits for
        for question in self._questions:
            if not question.answered.done():
                question.answered.set_exception(error)
        self._questions.clear()
        self.close()


def recipient_line(mailbox: Mailbox) -> bytes:
    return f"RCPT TO:{path(mailbox.address)}\r\n".encode()


def path(address: str) -> str:
    """Returns an address as commands name it. Raises ValueError if it would say more than that."""
    if UNSAFE.search(address):
        raise ValueError("an address has characters that no command may have")
    return f"<{address}>"


def with_line_ends(content: bytes) -> bytes:
    """Returns the lines of an e-mail as SMTP ends them."""
    return b"\r\n".join(content.splitlines()) + b"\r\n"


def stuffed(content: bytes) -> bytes:
    """Returns the lines of an e-mail as they are sent, with their end: none of them is taken for it."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    return (b"." if lines.startswith(b".") else b"") + lines + b".\r\n"
