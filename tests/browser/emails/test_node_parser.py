"""E-mails as Node's mail parser reads them, which products that receive mail use."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addressee.channels.email.files.attachments import Attachment
from addressee.channels.email.message import Email, compose
from tests.browser.prerequisites import missing, packages
from tests.channels.email.test_message import EMAIL, as_one_line
from tests.channels.email.test_round_trips import EMAILS, as_lines

PARSER = Path(__file__).with_name("parse.mjs")


def parsed(emails: Sequence[Email]) -> list[dict[str, Any]]:
    """The e-mails as the parser reads them."""
    packages()
    node = shutil.which("node") or missing("Node.js is missing.")
    asked = json.dumps([b64encode(compose(email).content).decode() for email in emails])
    found = subprocess.run([node, PARSER], input=asked, capture_output=True, text=True, check=True, timeout=100)
    answer: list[dict[str, Any]] = json.loads(found.stdout)
    return answer


def test_an_email_is_read_as_it_was_written() -> None:
    files = (
        Attachment("Rechnung Nº 7.pdf", "application/pdf", b"%PDF\r\n\x00"),
        Attachment("logo.png", "image/png", b"\x89PNG", "logo@1", inline=True),
    )
    email = replace(
        EMAIL,
        sender="Ünal Söze, Sales <hello@bücher.example>",
        to="zoë@example.org",
        reply_to='"Help (all day)" <help@example.com>',
        subject="=?utf-8?q?x?= Grüße  विहान 🌻",
        html="<p>Grüße</p>\n.",
        text=".\n..\nGrüße\n",
        attachments=files,
        unsubscribe_url="https://example.com/u/" + "a" * 200,
    )
    (mail,) = parsed([email])
    headers = mail.pop("headers")
    assert headers["auto-submitted"] == "Auto-Submitted: auto-generated"
    assert headers["list-unsubscribe"] == f"List-Unsubscribe: <{email.unsubscribe_url}>"
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    assert mail == {
        "subject": email.subject,
        "from": [{"address": "hello@bücher.example", "name": "Ünal Söze, Sales"}],
        "to": [{"address": "zoë@example.org", "name": ""}],
        "replyTo": [{"address": "help@example.com", "name": "Help (all day)"}],
        "date": "2025-06-01T12:00:00.000Z",
        "messageId": f"<{EMAIL.id}@xn--bcher-kva.example>",
        "text": ".\n..\nGrüße\n",
        "html": "<p>Grüße</p>\n.\n",
        "attachments": [
            {"filename": "Rechnung Nº 7.pdf", "contentType": "application/pdf", "content": "JVBERg0KAA=="},
            {"filename": "logo.png", "contentType": "image/png", "cid": "logo@1", "content": "iVBORw=="},
        ],
    }


@given(emails=st.lists(EMAILS, min_size=100, max_size=100))
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
def test_a_thousand_emails_are_read_as_they_were_written(emails: list[Email]) -> None:
    for email, mail in zip(emails, parsed(emails), strict=True):
        assert "".join(mail["subject"].split()) == "".join(as_one_line(email.subject).split())
        assert [sender["address"] for sender in mail["from"]] == ["us@example.com"]
        assert mail["messageId"] == f"<{email.id}@example.com>"
        for part, text in (("text", email.text), ("html", email.html)):
            assert (mail[part] or "\n").split("\n") == [*as_lines(text or ""), ""]
        contents = [b64decode(file["content"]) for file in mail["attachments"]]
        assert contents == [file.content for file in email.attachments]
