"""Attachments in the form that each provider has for them."""

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import msgspec
import pytest

from addressee.channels.email import mailgun, postmark, resend, sendgrid, ses
from addressee.channels.email.files.attachments import Attachment
from addressee.channels.email.message import Email, compose
from addressee.directory.clock import Clock

PDF, PNG = b"%PDF-1.4\r\n--", b"\x89PNG\x00"
FILES = (
    Attachment('bill "1".pdf', "application/pdf", PDF),
    Attachment("logo.png", "image/png", PNG, "logo@example", True),
)
EMAIL = Email(
    id="m1",
    sender="us@example.com",
    to="ada@example.org",
    subject="Bill",
    html="<img src='cid:logo@example'>",
    text="See the bill",
    written_at=datetime(2025, 6, 1, tzinfo=UTC),
    attachments=FILES,
)
IN_BASE64 = [b64encode(PDF).decode(), b64encode(PNG).decode()]


def body(content: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(content)
    return decoded


def test_sendgrid() -> None:
    request = sendgrid.to_request(sendgrid.SendGridSettings(sender="us@example.com", api_key="key"), EMAIL)
    assert body(request.content)["attachments"] == [
        {"content": IN_BASE64[0], "filename": 'bill "1".pdf', "type": "application/pdf", "disposition": "attachment"},
        {
            "content": IN_BASE64[1],
            "filename": "logo.png",
            "type": "image/png",
            "disposition": "inline",
            "content_id": "logo@example",
        },
    ]


def test_postmark() -> None:
    request = postmark.to_request(postmark.PostmarkSettings(sender="us@example.com", api_key="key"), EMAIL)
    assert body(request.content)["Attachments"] == [
        {"Name": 'bill "1".pdf', "Content": IN_BASE64[0], "ContentType": "application/pdf"},
        {"Name": "logo.png", "Content": IN_BASE64[1], "ContentType": "image/png", "ContentID": "cid:logo@example"},
    ]


def test_resend() -> None:
    request = resend.to_request(resend.ResendSettings(sender="us@example.com", api_key="key"), EMAIL)
    assert body(request.content)["attachments"] == [
        {"filename": 'bill "1".pdf', "content": IN_BASE64[0], "content_type": "application/pdf"},
        {
            "filename": "logo.png",
            "content": IN_BASE64[1],
            "content_type": "image/png",
            "content_id": "logo@example",
        },
    ]


def test_mailgun() -> None:
    settings = mailgun.MailgunSettings(sender="us@example.com", api_key="key", domain="mg.example.com")
    request = mailgun.to_request(settings, EMAIL)
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    form = message_from_bytes(head + request.content, policy=policy.HTTP)
    assert not form.defects
    parts = [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type(),
            content(part),
        )
        for part in form.iter_parts()
    ]
    assert ("subject", None, "text/plain", b"Bill") in parts
    assert parts[-2:] == [
        ("attachment", "bill %221%22.pdf", "application/pdf", PDF),
        ("inline", "logo@example", "image/png", PNG),
    ]


def content(part: Any) -> bytes:
    decoded: bytes = part.get_payload(decode=True)
    return decoded


def test_ses_and_smtp_have_them_in_the_message() -> None:
    settings = ses.SesSettings(
        sender="us@example.com", region="eu-west-1", access_key_id="id", secret_access_key="secret"
    )
    request = ses.to_request(settings, Clock(), EMAIL)
    raw = b64decode(body(request.content)["Content"]["Raw"]["Data"])
    for written in (raw, compose(EMAIL).content):
        message = message_from_bytes(written, policy=policy.SMTP)
        assert not message.defects
        bill, logo = message.iter_attachments()
        assert (bill.get_filename(), bill.get_content_type(), bill.get_content()) == (
            'bill "1".pdf',
            "application/pdf",
            PDF,
        )
        assert (logo.get_content_disposition(), logo["content-id"], logo.get_content()) == (
            "inline",
            "<logo@example>",
            PNG,
        )
        text = message.get_body(("plain",))
        assert text is not None
        assert text.get_content().strip() == "See the bill"


@pytest.mark.parametrize("name", ["a" * 300, "März 請求書.pdf", "x" * 70 + " y.pdf"])
def test_long_and_foreign_names_survive(name: str) -> None:
    written = compose(replace(EMAIL, attachments=(Attachment(name, "application/pdf", PDF),))).content
    assert max(map(len, written.split(b"\r\n"))) <= 998
    (file,) = message_from_bytes(written, policy=policy.SMTP).iter_attachments()
    assert (file.get_filename(), file.get_content()) == (name, PDF)


def test_a_request_without_attachments_is_as_it_was() -> None:
    bare = replace(EMAIL, attachments=())
    request = sendgrid.to_request(sendgrid.SendGridSettings(sender="us@example.com", api_key="key"), bare)
    assert "attachments" not in body(request.content)
    settings = mailgun.MailgunSettings(sender="us@example.com", api_key="key", domain="mg.example.com")
    assert mailgun.to_request(settings, bare).headers["content-type"] == "application/x-www-form-urlencoded"
