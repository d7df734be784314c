"""Encodes values of e-mail headers (RFC 5322, RFC 2047), so that no value can add a header.

The standard library's header objects are not used for it: they lose spaces where they fold, take what looks like an
encoded word for one and double quoted pairs (docs/decisions/0019). What is made here is folded already.
"""

from __future__ import annotations

import re
from email.header import Header

from addressee.channels.email.mailbox import Mailbox

# A line with an encoded word is at most this long, which keeps each word within 75 (RFC 2047, section 2).
LINE_LENGTH = 76

# Words and names that are longer are encoded, which lets them be folded.
MAX_PLAIN = 60

# Characters that end a line for some mail program.
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
SURROGATE = re.compile(r"[\ud800-\udfff]")

ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
UNQUOTED = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]*")
SPECIAL = re.compile(r'([\\"])')


def text_header(name: str, text: str) -> str:
    """Returns the encoded value of a text header, like a subject."""
    line = one_line(text)
    if must_be_encoded(line):
        return folded(Header(line, "utf-8", LINE_LENGTH, name).encode())
    if len(f"{name}: {line}") <= LINE_LENGTH:
        return line
    return folded(Header(line, "us-ascii", LINE_LENGTH, name).encode())


def mailbox_header(name: str, mailbox: Mailbox) -> str:
    """Returns the encoded value of a header that holds one mailbox."""
    if not (phrase := written_name(name, one_line(mailbox.name))):
        return mailbox.address
    last = f"{name}: {phrase}".rsplit("\r\n", 1)[-1]
    space = " " if len(last) + len(mailbox.address) + 3 <= LINE_LENGTH else "\r\n "
    return f"{phrase}{space}<{mailbox.address}>"


def mailbox_text(mailbox: Mailbox) -> str:
    """Returns a mailbox for providers that read it from one text and encode it themselves."""
    name = one_line(mailbox.name)
    if not UNQUOTED.fullmatch(name):
        name = quoted(name)
    return f"{name} <{mailbox.address}>" if name else mailbox.address


def written_name(header: str, name: str) -> str:
    """Returns a display name as it is, or quoted or encoded where that is necessary."""
    if must_be_encoded(name) or len(name) > MAX_PLAIN:
        return folded(Header(name, "utf-8", LINE_LENGTH, header).encode())
    if not name or ATOMS.fullmatch(name):
        return name
    return quoted(name)


def quoted(name: str) -> str:
    return '"' + SPECIAL.sub(r"\\\1", name) + '"'


def one_line(text: str) -> str:
    parts = (part.strip() for part in BREAKS.split(text))
    return SURROGATE.sub("\ufffd", " ".join(filter(None, parts)))


def must_be_encoded(line: str) -> bool:
    """Returns whether a mail program would show another text, or a mail server might change it."""
    too_long = any(len(word) > MAX_PLAIN for word in line.split(" "))
    return not line.isascii() or "=?" in line or "  " in line or too_long


def folded(lines: str) -> str:
    return "\r\n".join(lines.split("\n"))
