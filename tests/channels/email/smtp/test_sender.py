"""Results of SMTP's answers, against a real server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from addressee.channels.email.smtp import places
from addressee.channels.email.smtp import sender as smtp
from addressee.channels.email.smtp.sender import SmtpSender, SmtpSettings
from addressee.channels.sender import Failed, Failure, Sent
from tests.channels.mail_server import MailServer, mail_server
from tests.channels.test_senders import EMAIL
from tests.support.waiting import until

# The library warns about what the test wants: a login without TLS, on loopback.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def settings(port: int, **rest: object) -> SmtpSettings:
    return SmtpSettings(sender="x@example.com", host="127.0.0.1", port=port, **{"security": "none", **rest})  # type: ignore[arg-type]


@pytest.fixture(params=["command by command", "commands together"])
async def mail(request: pytest.FixtureRequest) -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        server.pipelining = request.param == "commands together"
        yield server


@pytest.fixture
async def sender(mail: MailServer) -> AsyncIterator[SmtpSender]:
    sender = SmtpSender(settings(mail.port))
    yield sender
    await sender.close()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ("550 5.1.1 no such user", Failure.BOUNCED),
        ("553 5.1.3 bad address", Failure.BOUNCED),
        ("550 no such user", Failure.BOUNCED),
        ("550 5.2.1 mailbox disabled", Failure.BOUNCED),
        ("550 5.7.1 relaying denied", Failure.PERMANENT),
        ("554 5.7.1 your address is on a list", Failure.PERMANENT),
        ("530 5.7.0 authentication required", Failure.PERMANENT),
        ("552 5.2.2 mailbox full", Failure.PERMANENT),
        ("450 4.2.1 greylisted", Failure.TEMPORARY),
        ("452 4.2.2 mailbox full", Failure.TEMPORARY),
    ],
)
async def test_a_refused_recipient(mail: MailServer, sender: SmtpSender, answer: str, failure: Failure) -> None:
    mail.recipient_answer = answer
    code, reason = answer.split(" ", 1)
    assert await sender.send(EMAIL) == Failed(failure, f"SMTP {code}: {reason}")


@pytest.mark.parametrize(
    ("answer", "failure"),
    [("554 5.7.1 looks like spam", Failure.PERMANENT), ("451 4.3.0 try later", Failure.TEMPORARY)],
)
async def test_a_refused_message(mail: MailServer, sender: SmtpSender, answer: str, failure: Failure) -> None:
    mail.data_answer = answer
    code, reason = answer.split(" ", 1)
    assert await sender.send(EMAIL) == Failed(failure, f"SMTP {code}: {reason}")


async def test_one_connection_serves_a_page_also_past_a_refusal(mail: MailServer, sender: SmtpSender) -> None:
    await sender.send(EMAIL)
    mail.recipient_answer = "550 no such user"
    await sender.send(EMAIL)
    mail.recipient_answer = "250 OK"
    assert await sender.send(EMAIL) == Sent()
    assert len(mail.mails) == 2
    assert mail.connections == 1


async def test_emails_at_once_have_a_connection_each_up_to_the_channels_concurrency(mail: MailServer) -> None:
    sender = SmtpSender(settings(mail.port, concurrency=3))
    sent = await asyncio.gather(*(sender.send(replace(EMAIL, id=f"id-{number}")) for number in range(12)))
    assert sent == [Sent()] * 12
    assert len(mail.mails) == 12
    assert mail.connections == 3
    await sender.close()


async def test_an_unreachable_server_is_called_again_for_the_next_email() -> None:
    async with mail_server() as mail:
        sender = SmtpSender(settings(mail.port))
    assert await sender.send(EMAIL) == Failed(Failure.UNAVAILABLE, "127.0.0.1 cannot be used: SMTPConnectError")
    async with mail_server(port=mail.port) as again:
        assert await sender.send(EMAIL) == Sent()
        assert len(again.mails) == 1
        await sender.close()


async def test_a_server_without_starttls_is_not_used_unless_that_is_wished(mail: MailServer) -> None:
    result = await SmtpSender(settings(mail.port, security="starttls")).send(EMAIL)
    assert isinstance(result, Failed)
    assert result.failure is Failure.UNAVAILABLE
    assert mail.mails == []


async def test_a_login_that_is_accepted() -> None:
    async with mail_server(authentication=True) as mail:
        sender = SmtpSender(settings(mail.port, username="me", password="correct"))
        assert await sender.send(EMAIL) == Sent()
        await sender.close()


async def test_a_login_that_is_not_is_told_without_the_password() -> None:
    async with mail_server(authentication=True) as mail:
        result = await SmtpSender(settings(mail.port, username="me", password="s3cret")).send(EMAIL)
        assert result == Failed(Failure.CREDENTIALS, "SMTP 535: the user name or password is not accepted")
        assert "s3cret" not in repr(result)


async def test_a_mailbox_outside_of_ascii(mail: MailServer, sender: SmtpSender) -> None:
    assert await sender.send(replace(EMAIL, to="ünal@exämple.org")) == Sent()
    assert mail.recipients == [["ünal@xn--exmple-cua.org"]]


async def test_a_server_that_takes_ascii_only_still_gets_the_others() -> None:
    async with mail_server(ascii_only=True) as mail:
        sender = SmtpSender(settings(mail.port))
        refused = Failed(Failure.PERMANENT, "127.0.0.1 does not take addresses outside of ASCII")
        assert await sender.send(replace(EMAIL, to="ünal@example.org")) == refused
        assert await sender.send(EMAIL) == Sent()
        await sender.close()


async def test_a_server_that_closes_between_two_is_called_again(mail: MailServer, sender: SmtpSender) -> None:
    mail.recipient_answer = "421 4.3.2 closing"
    assert await sender.send(EMAIL) == Failed(Failure.TEMPORARY, "SMTP 421: 4.3.2 closing")
    mail.recipient_answer = "250 OK"
    assert await sender.send(EMAIL) == Sent()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_must_be_trusted(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    async with mail_server(certificate=certificate, tls_first=security == "tls") as mail:
        refused = await SmtpSender(settings(mail.port, security=security)).send(EMAIL)
        assert isinstance(refused, Failed)
        assert (refused.failure, mail.mails) == (Failure.UNAVAILABLE, [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusting = SmtpSender(settings(mail.port, security=security))
        assert await trusting.send(EMAIL) == Sent()
        await trusting.close()
        assert len(mail.mails) == 1


async def test_all_connections_of_a_channel_trust_the_same_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    async with mail_server(certificate=certificate) as mail:
        made = []

        def make() -> ssl.SSLContext:
            made.append(context := ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
            context.load_verify_locations(certificate)
            return context

        monkeypatch.setattr(ssl, "create_default_context", make)
        sender = SmtpSender(settings(mail.port, security="starttls"))
        assert await asyncio.gather(*(sender.send(EMAIL) for _ in range(3))) == [Sent()] * 3
        await sender.close()
        assert len(made) == 1


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(pem))
    return file


async def test_what_finds_no_connection_was_not_sent(
    mail: MailServer, sender: SmtpSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is it an attempt: the channel pauses."""
    monkeypatch.setattr(smtp, "TURN_SECONDS", 0.1)
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1)
    mail.seconds = 2
    results = await asyncio.gather(*(sender.send(EMAIL) for _ in range(smtp.CONNECTIONS + 1)))
    failures = [result.failure for result in results if isinstance(result, Failed)]
    assert sorted(failures) == [Failure.RATE_LIMITED, *[Failure.UNCONFIRMED] * smtp.CONNECTIONS]


async def test_a_connection_that_hangs_keeps_no_email_that_another_can_send(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TURN_SECONDS", 2)
    mail.slow["slow@example.org"] = 60
    sender = SmtpSender(settings(mail.port, concurrency=2))
    hanging = asyncio.create_task(sender.send(replace(EMAIL, to="slow@example.org")))
    assert (
        await asyncio.gather(*(sender.send(replace(EMAIL, id=f"id-{number}")) for number in range(5))) == [Sent()] * 5
    )
    hanging.cancel()
    await asyncio.wait({hanging})
    assert len(mail.mails) == 5
    await sender.close()


async def test_an_email_that_is_cancelled_while_it_waits_is_not_sent_and_holds_up_no_other(mail: MailServer) -> None:
    sender = SmtpSender(settings(mail.port, concurrency=1))
    mail.seconds = 0.2
    sending = [asyncio.create_task(sender.send(replace(EMAIL, id=f"id-{number}"))) for number in range(3)]
    await until(lambda: is_busy(mail))
    sending[1].cancel()  # the server may know its envelope
    assert [await sending[0], await sending[2]] == [Sent()] * 2
    assert len(mail.mails) == 2
    await sender.close()


async def test_a_server_that_closes_after_each_email_is_called_again_for_the_next(mail: MailServer) -> None:
    mail.closes = True
    sender = SmtpSender(settings(mail.port, concurrency=1))
    assert (
        await asyncio.gather(*(sender.send(replace(EMAIL, id=f"id-{number}")) for number in range(4))) == [Sent()] * 4
    )
    assert (len(mail.mails), mail.connections) == (4, 4)
    await sender.close()


async def test_an_email_whose_server_closes_before_its_content_was_not_sent() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        await reader.readline()
        writer.write(b"250-mail.test\r\n250 PIPELINING\r\n")
        await reader.readline()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        sender = SmtpSender(settings(server.sockets[0].getsockname()[1]))
        result = await sender.send(EMAIL)
    assert result == Failed(Failure.TEMPORARY, "127.0.0.1 closed the connection before the e-mail was sent")


async def test_a_server_that_is_slow_keeps_its_connection(mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the next envelope: that e-mail would give up, and the connection with it."""
    monkeypatch.setattr(places, "QUICK_SECONDS", 0)
    sender = SmtpSender(settings(mail.port, concurrency=1))
    assert await sender.send(EMAIL) == Sent()
    monkeypatch.setattr(smtp, "TURN_SECONDS", 0.4)
    mail.seconds = 0.3
    sending = [asyncio.create_task(sender.send(replace(EMAIL, id=f"id-{number}"))) for number in range(2)]
    assert await asyncio.gather(*sending) == [Sent()] * 2
    assert mail.connections == 1
    await sender.close()


async def test_a_connection_on_which_sending_was_cancelled_is_not_used_again(
    mail: MailServer, sender: SmtpSender
) -> None:
    mail.seconds = 60
    sending = asyncio.create_task(sender.send(EMAIL))
    await until(lambda: is_busy(mail))
    sending.cancel()
    await asyncio.wait({sending})
    mail.seconds = 0
    assert await sender.send(EMAIL) == Sent()
    assert mail.connections == 2


async def is_busy(mail: MailServer) -> bool:
    return mail.busy > 0
