"""Bodies of e-mails in MIME (RFC 2045 to 2047): texts, files, and what is made of several parts.

`EmailMessage` takes twenty times as long for the same: it parses each header that it has just written.
"""

from __future__ import annotations

import secrets
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from email.message import MIMEPart
from email.policy import SMTP

from addressee.channels.email.files.attachments import Attachment
from addressee.channels.email.headers import SURROGATE, one_line

# Longer lines, and characters outside of ASCII, are encoded: what is left passes through any server.
MAX_LINE = 78

# Names of files may be longer than a line, or outside of ASCII: the library's headers take care of that (RFC 2231).
FILES = SMTP.clone(cte_type="7bit")


def body_of(text: str | None, html: str | None, attachments: Sequence[Attachment]) -> bytes:
    """Returns the body of an e-mail, which begins with the headers that describe it."""
    if html is None:
        body = text_part(text or "", "plain")
    elif text is None:
        body = text_part(html, "html")
    else:
        body = multipart("alternative", [text_part(text, "plain"), text_part(html, "html")])
    return multipart("mixed", [body, *map(file_part, attachments)]) if attachments else body


def text_part(text: str, subtype: str) -> bytes:
    """Returns a text as a part. Its last line ends like the others."""
    lines = SURROGATE.sub("\ufffd", text).encode().splitlines()
    content = b"".join(line + b"\r\n" for line in lines) or b"\r\n"
    if content.isascii() and max(map(len, lines), default=0) <= MAX_LINE:
        encoding = "7bit"
    else:
        encoding, content = encoded(content)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + content


def encoded(content: bytes) -> tuple[str, bytes]:
    """Returns lines of text in the shorter one of both encodings, and its name."""
    quoted = b2a_qp(content)
    if len(quoted) <= len(content) * 4 / 3:
        return "quoted-printable", quoted
    return "base64", encodebytes(content).replace(b"\n", b"\r\n")


def file_part(attachment: Attachment) -> bytes:
    maintype, _, subtype = attachment.content_type.partition("/")
    part = MIMEPart(policy=FILES)
    part.set_content(
        attachment.content,
        maintype=maintype,
        subtype=subtype,
        disposition=attachment.disposition,
        filename=one_line(attachment.name),
        cid=attachment.content_id and f"<{attachment.content_id}>",
    )
    return part.as_bytes()


def multipart(subtype: str, parts: Sequence[bytes]) -> bytes:
    """Returns parts as one, divided by a boundary that nobody could know and write into one of them."""
    boundary = f"=_{secrets.token_hex(16)}"
    between = f"\r\n--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n'.encode()
    return b"".join((head, between, between.join(parts), f"\r\n--{boundary}--\r\n".encode()))
