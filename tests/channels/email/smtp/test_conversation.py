"""Conversations with a mail server, word for word, and the results of its answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiosmtplib import SMTPException, SMTPServerDisconnected

from addressee.channels.email.mailbox import Mailbox
from addressee.channels.email.message import Copies, RawEmail
from addressee.channels.email.smtp.commands import Command, Reply
from addressee.channels.email.smtp.conversation import MAX_ANSWERS_LENGTH, Conversation

TOGETHER = frozenset({"pipelining"})
ADA = Mailbox("Ada", "ada", "example.org")
EMAIL = RawEmail("id", Mailbox("", "x", "example.com"), ADA, in_ascii=True, content=b"Subject: Hello\r\n\r\nHi\r\n")

MAIL, RCPT, DATA = "MAIL FROM:<x@example.com>\r\n", "RCPT TO:<ada@example.org>\r\n", "DATA\r\n"
CONTENT = "Subject: Hello\r\n\r\nHi\r\n.\r\n"
OK, GO_ON = "250 OK\r\n", "354 go on\r\n"


class Server(asyncio.Protocol):
    """Expects what it is sent and gives an answer to it, pair by pair. An answer of None closes the connection."""

    def __init__(self, script: Iterable[tuple[str, str | None]]) -> None:
        self.script = list(script)
        self.heard = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data.decode()
        while self.script and self.heard.startswith(self.script[0][0]):
            expected, answer = self.script.pop(0)
            self.heard = self.heard.removeprefix(expected)
            if answer is None:
                self.transport.close()
            else:
                self.transport.write(answer.encode())


@asynccontextmanager
async def talk(
    *script: tuple[str, str | None], extensions: frozenset[str] = frozenset()
) -> AsyncIterator[tuple[Conversation, Server]]:
    server = Server(script)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
    transport, _ = await loop.create_connection(asyncio.Protocol, *listening.sockets[0].getsockname())
    conversation = Conversation(transport, extensions)
    try:
        yield conversation, server
        assert (server.script, server.heard) == ([], "")
    finally:
        conversation.close()
        listening.close()
        await listening.wait_closed()


async def test_a_server_is_told_one_command_after_the_other() -> None:
    async with talk((MAIL, OK), (RCPT, OK), (DATA, GO_ON), (CONTENT, "250 2.0.0 queued as 7\r\n")) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.CONTENT, 250, "2.0.0 queued as 7")


async def test_a_server_that_takes_commands_together_is_told_all_at_once() -> None:
    script = [(MAIL + RCPT + DATA, OK + OK + GO_ON), (CONTENT, OK)] * 2
    async with talk(*script, extensions=TOGETHER) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.CONTENT, 250, "OK")
        assert await talking.send(EMAIL) == Reply(Command.CONTENT, 250, "OK")


TOLD = MAIL + RCPT + DATA
TAKEN = OK + OK + GO_ON
NEXT = replace(EMAIL, id="next")


async def test_the_envelope_of_the_next_email_goes_with_the_content() -> None:
    async with talk((TOLD, TAKEN), (CONTENT + TOLD, OK + TAKEN), (CONTENT, OK), extensions=TOGETHER) as (talking, _):
        assert await talking.send(EMAIL, lambda: NEXT) == Reply(Command.CONTENT, 250, "OK")
        assert await talking.send(NEXT) == Reply(Command.CONTENT, 250, "OK")


async def test_an_email_is_answered_before_the_envelope_of_the_next_one() -> None:
    async with talk((TOLD, TAKEN), (CONTENT + TOLD, OK), extensions=TOGETHER) as (talking, server):
        assert (await talking.send(EMAIL, lambda: NEXT)).is_accepted
        server.script = [(CONTENT, OK)]
        server.transport.write(TAKEN.encode())
        assert (await talking.send(NEXT)).is_accepted


async def test_a_refused_content_leaves_the_next_email_as_it_is() -> None:
    script = [(TOLD, TAKEN), (CONTENT + TOLD, "554 spam\r\n" + TAKEN), (CONTENT, OK)]
    async with talk(*script, extensions=TOGETHER) as (talking, _):
        assert await talking.send(EMAIL, lambda: NEXT) == Reply(Command.CONTENT, 554, "spam")
        assert await talking.send(NEXT) == Reply(Command.CONTENT, 250, "OK")


async def test_an_envelope_that_is_refused_says_nothing_about_the_email_before() -> None:
    answers = OK + OK + "550 5.1.1 no such user\r\n" + GO_ON
    script = [(TOLD, TAKEN), (CONTENT + TOLD, answers), (".\r\nRSET\r\n", "554 no recipients\r\n" + OK)]
    async with talk(*script, (TOLD, TAKEN), (CONTENT, OK), extensions=TOGETHER) as (talking, _):
        assert await talking.send(EMAIL, lambda: NEXT) == Reply(Command.CONTENT, 250, "OK")
        assert await talking.send(NEXT) == Reply(Command.RCPT, 550, "5.1.1 no such user")
        assert (await talking.send(EMAIL)).is_accepted


@pytest.mark.parametrize("answer", ["250 OK\r\n", "421 4.3.2 too many for one connection\r\n"])
async def test_a_server_that_leaves_after_an_answer_has_not_been_sent_the_next_email(answer: str) -> None:
    async with talk((TOLD, TAKEN), (CONTENT + TOLD, answer), ("", None), extensions=TOGETHER) as (talking, server):
        assert (await talking.send(EMAIL, lambda: NEXT)).code == int(answer[:3])
        while talking.is_open:
            await asyncio.sleep(0)
        assert server.heard == ""


async def test_a_server_that_leaves_without_an_answer_may_have_taken_that_email_alone() -> None:
    async with talk((TOLD, TAKEN), (CONTENT + TOLD, None), extensions=TOGETHER) as (talking, _):
        with pytest.raises(SMTPServerDisconnected):
            await talking.send(EMAIL, lambda: NEXT)
        assert not talking.is_open


async def test_no_content_follows_the_envelope_of_another_email() -> None:
    async with talk((TOLD, TAKEN), (CONTENT + TOLD, OK + TAKEN), extensions=TOGETHER) as (talking, _):
        assert (await talking.send(EMAIL, lambda: NEXT)).is_accepted
        with pytest.raises(ValueError, match="the envelope of another e-mail"):
            await talking.send(EMAIL)


async def test_a_server_whose_answers_are_not_in_step_is_left() -> None:
    async with talk((TOLD, OK + OK + OK), extensions=TOGETHER) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.DATA, 250, "OK")
        assert not talking.is_open


@pytest.mark.parametrize(
    ("extensions", "email", "together"),
    [
        ({"pipelining"}, EMAIL, True),
        (set(), EMAIL, False),
        ({"pipelining"}, replace(EMAIL, copies=Copies(cc=(ADA,))), False),
        ({"pipelining"}, replace(EMAIL, in_ascii=False), False),
        ({"pipelining", "smtputf8"}, replace(EMAIL, in_ascii=False), True),
    ],
)
async def test_which_envelopes_a_server_takes_together(extensions: set[str], email: RawEmail, together: bool) -> None:
    async with talk(extensions=frozenset(extensions)) as (talking, _):
        assert talking.takes_together(email) is together


async def test_size_and_unicode_are_told_where_the_server_wants_them() -> None:
    mail = "MAIL FROM:<x@example.com> SIZE=22 SMTPUTF8\r\n"
    email = replace(EMAIL, recipient=Mailbox("", "ünal", "example.org"), in_ascii=False)
    script = [(mail, OK), ("RCPT TO:<ünal@example.org>\r\n", OK), (DATA, GO_ON), (CONTENT, OK)]
    async with talk(*script, extensions=frozenset({"size", "smtputf8"})) as (talking, _):
        assert (await talking.send(email)).is_accepted


async def test_after_a_refusal_the_next_email_begins_anew() -> None:
    script = [(MAIL, OK), (RCPT, "550 5.1.1 no such user\r\n"), ("RSET\r\n", OK)]
    async with talk(*script, (MAIL, OK), (RCPT, OK), (DATA, GO_ON), (CONTENT, OK)) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.RCPT, 550, "5.1.1 no such user")
        assert (await talking.send(EMAIL)).is_accepted


async def test_of_commands_told_together_the_first_refusal_counts() -> None:
    answers = "550 5.1.1 no such user\r\n503 no recipients\r\n"
    script = [(MAIL + RCPT + DATA, OK + answers), ("RSET\r\n", OK)]
    async with talk(*script, extensions=TOGETHER) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.RCPT, 550, "5.1.1 no such user")
        assert talking.is_open


async def test_a_server_that_refused_and_still_waits_for_the_content_gets_none() -> None:
    script = [
        (MAIL + RCPT + DATA, OK + "450 4.2.1 later\r\n" + GO_ON),
        (".\r\nRSET\r\n", "554 no recipients\r\n" + OK),
    ]
    async with talk(*script, extensions=TOGETHER) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.RCPT, 450, "4.2.1 later")
        assert talking.is_open


async def test_a_refused_content_is_over_by_itself() -> None:
    async with talk((MAIL, OK), (RCPT, OK), (DATA, GO_ON), (CONTENT, "554 spam\r\n"), ("QUIT\r\n", OK)) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.CONTENT, 554, "spam")
        await talking.quit()


@pytest.mark.parametrize("code", [421, 550])
@pytest.mark.parametrize(("extensions", "told"), [(frozenset[str](), MAIL), (TOGETHER, MAIL + RCPT + DATA)])
async def test_a_server_that_refuses_and_leaves_is_not_talked_to_again(
    extensions: frozenset[str], told: str, code: int
) -> None:
    async with talk((told, f"{code} 5.3.2 no\r\n"), ("", None), extensions=extensions) as (talking, _):
        assert await talking.send(EMAIL) == Reply(Command.MAIL, code, "5.3.2 no")
        assert not talking.is_open
        with pytest.raises(SMTPServerDisconnected):
            await talking.send(EMAIL)


async def test_a_server_that_goes_before_it_answers_leaves_it_open_what_became_of_the_email() -> None:
    async with talk((MAIL + RCPT + DATA, OK + OK + GO_ON), (CONTENT, None), extensions=TOGETHER) as (talking, _):
        with pytest.raises(SMTPServerDisconnected):
            await talking.send(EMAIL)
        assert not talking.is_open


async def test_an_answer_of_several_lines_in_pieces_is_one() -> None:
    script = [(MAIL, OK), (RCPT, OK), (DATA, GO_ON), (CONTENT, "250-2.0.0 queu")]
    async with talk(*script) as (talking, server):
        sending = asyncio.create_task(talking.send(EMAIL))
        while server.script:
            await asyncio.sleep(0)
        server.transport.write(b"ed\r\n250 as \xff7\r\n")
        assert await sending == Reply(Command.CONTENT, 250, "2.0.0 queued\nas \ufffd7")


@pytest.mark.parametrize("answer", ["hello\r\n", "250 OK\r\n250 OK\r\n", "250-" + "x" * MAX_ANSWERS_LENGTH])
async def test_a_server_that_does_not_keep_to_the_protocol_is_left(answer: str) -> None:
    async with talk((MAIL, answer)) as (talking, _):
        with pytest.raises(SMTPException):
            await talking.send(EMAIL)
        assert not talking.is_open


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (b"a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
        (b".a\r\n..b\r\n", "..a\r\n...b\r\n.\r\n"),
        (b"a\n.\nb\r.\rc", "a\r\n..\r\nb\r\n..\r\nc\r\n.\r\n"),
    ],
)
async def test_no_line_of_the_content_ends_it(content: bytes, sent: str) -> None:
    async with talk((MAIL, OK), (RCPT, OK), (DATA, GO_ON), (sent, OK)) as (talking, _):
        assert (await talking.send(replace(EMAIL, content=content))).is_accepted


@pytest.mark.parametrize("local", ["a\r\nRSET", "a> SIZE=1 <b", "a b", "a\x00", "a\u2028b"])
async def test_no_address_says_more_than_who_it_is(local: str) -> None:
    async with talk() as (talking, _):
        with pytest.raises(ValueError, match="characters that no command may have"):
            await talking.send(replace(EMAIL, recipient=Mailbox("", local, "example.org"), in_ascii=False))
