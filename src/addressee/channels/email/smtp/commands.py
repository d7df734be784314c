"""The words of SMTP (RFC 5321): the commands that a server gets, alone or together, and its answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

# Codes from this one on refuse. With CLOSING the server closes the connection.
REFUSALS = 400
CLOSING = 421


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


class Line(NamedTuple):
    """A command, and how it is sent."""

    command: Command
    written: bytes


@dataclass(eq=False, slots=True)
class Question:
    """Lines that were sent together, and the answers to them so far."""

    lines: int
    answered: asyncio.Future[list[Answer]]
    answers: list[Answer] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return bool(self.answers) and self.answers[-1].code >= REFUSALS
