"""Types of files that are fetched for e-mails: which are allowed, and whether a file is of the type that it is said to
be. Pure.

What was said by whoever described the file, what its server says, and the first bytes must agree: a page for a login,
or a program, is not sent as a bill.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias
from zipfile import BadZipFile, ZipFile

Check: TypeAlias = Callable[[bytes], bool]

# A type that a channel may send, or all types of a kind.
TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/(\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})")

# Answers of servers that know no better.
UNKNOWN = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-download"})

# Other names of types, which servers and clients use.
SAME = {
    "application/x-pdf": "application/pdf",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "audio/mp3": "audio/mpeg",
    "text/x-vcard": "text/vcard",
    "text/x-csv": "text/csv",
    "application/csv": "text/csv",
    "application/x-zip-compressed": "application/zip",
    "application/x-gzip": "application/gzip",
}

OPEN_XML = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

# The beginnings of programs, and of links that start some.
PROGRAMS = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"L\0\0\0\x01\x14\x02\0")
MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")

# The beginnings of what browsers show as a page, and of scripts.
MARKUP = re.compile(
    rb"\s*(<(!doctype|html|head|title|body|script|style|iframe|svg|math|link|meta|base|object|embed|form|table|div|p|a|br"
    rb"|h1|img|b|font)[\s/>]|<!--|<\?(xml|php|=))",
    re.IGNORECASE,
)
SCRIPT = b"#!"
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
LOOKED_AT = 1024

# What stands in an office document that has macros.
MACROS = "vbaProject.bin"


@dataclass(frozen=True, slots=True)
class FileType:
    """A known type: the check of a file's bytes, and the endings of its name, the usual one first."""

    check: Check
    endings: tuple[str, ...]


class FileTypeError(Exception):
    """A file is not sent because of its type. The text says what to do."""


def begins(*beginnings: bytes, at: int = 0) -> Check:
    return lambda content: content[at:].startswith(beginnings)


def is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:LOOKED_AT]


def is_webp(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


def open_xml(folder: str) -> Check:
    """Returns the check of an office document without macros, whose parts are in a folder of its archive."""

    def check(content: bytes) -> bool:
        names = names_in(content)
        has_parts = "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
        return has_parts and not any(name.endswith(MACROS) for name in names)

    return check


def open_document(kind: str) -> Check:
    mimetype = f"mimetype{OPEN_DOCUMENT}.{kind}".encode()
    return lambda content: content.startswith(b"PK") and content[30:].startswith(mimetype)


def names_in(archive: bytes) -> Collection[str]:
    """Returns the names of the files in a ZIP archive, none if it is no such."""
    try:
        with ZipFile(BytesIO(archive)) as opened:
            return opened.namelist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return ()


def is_text(content: bytes) -> bool:
    """Returns whether a file is a text that nothing takes for a page or a script."""
    return is_plain(content) and disguised(content) is None


def is_plain(content: bytes) -> bool:
    return content.startswith(BYTE_ORDER_MARKS[1:]) or b"\0" not in content


# Types whose files can be told by their bytes.
KNOWN: Mapping[str, FileType] = {
    "application/pdf": FileType(is_pdf, (".pdf",)),
    "image/png": FileType(begins(b"\x89PNG\r\n\x1a\n"), (".png",)),
    "image/jpeg": FileType(begins(b"\xff\xd8\xff"), (".jpg", ".jpeg", ".jpe", ".jfif")),
    "image/gif": FileType(begins(b"GIF87a", b"GIF89a"), (".gif",)),
    "image/webp": FileType(is_webp, (".webp",)),
    "image/bmp": FileType(begins(b"BM"), (".bmp",)),
    "image/tiff": FileType(begins(b"II*\0", b"MM\0*"), (".tif", ".tiff")),
    "image/heic": FileType(begins(b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", at=4), (".heic",)),
    "image/avif": FileType(begins(b"ftypavif", b"ftypavis", b"ftypmif1", at=4), (".avif",)),
    f"{OPEN_XML}.wordprocessingml.document": FileType(open_xml("word/"), (".docx",)),
    f"{OPEN_XML}.spreadsheetml.sheet": FileType(open_xml("xl/"), (".xlsx",)),
    f"{OPEN_XML}.presentationml.presentation": FileType(open_xml("ppt/"), (".pptx",)),
    f"{OPEN_DOCUMENT}.text": FileType(open_document("text"), (".odt",)),
    f"{OPEN_DOCUMENT}.spreadsheet": FileType(open_document("spreadsheet"), (".ods",)),
    f"{OPEN_DOCUMENT}.presentation": FileType(open_document("presentation"), (".odp",)),
    "text/plain": FileType(is_text, (".txt", ".text", ".log", ".md")),
    "text/csv": FileType(is_text, (".csv",)),
    "text/calendar": FileType(is_text, (".ics", ".ical", ".ifb")),
    "text/vcard": FileType(is_text, (".vcf",)),
    "application/json": FileType(is_text, (".json",)),
    "audio/mpeg": FileType(begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), (".mp3",)),
    "video/mp4": FileType(begins(b"ftyp", at=4), (".mp4", ".m4v")),
    "application/zip": FileType(begins(b"PK\x03\x04", b"PK\x05\x06"), (".zip",)),
    "application/gzip": FileType(begins(b"\x1f\x8b"), (".gz", ".tgz")),
    "application/rtf": FileType(begins(b"{\\rtf"), (".rtf",)),
    "application/msword": FileType(begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), (".doc",)),
    "application/vnd.ms-excel": FileType(begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), (".xls",)),
    "application/vnd.ms-powerpoint": FileType(begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), (".ppt",)),
}

# Archives and documents that may hold programs are left to the operator.
LEFT_OUT = frozenset(
    {
        "application/zip",
        "application/gzip",
        "application/rtf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
    }
)
DEFAULT = frozenset(KNOWN) - LEFT_OUT

# Types that a file which begins like a page, a script or a program may have, if they are allowed.
PAGES = re.compile(
    r"text/(html|xml|javascript|x-.+)|application/(.+\+)?(xml|javascript|x-(sh|httpd-php))|image/.+\+xml"
)
EXECUTABLES = re.compile(r"application/(x-.+|vnd\.microsoft\.portable-executable|java-.+)")


def sent_type(content: bytes, described: str, answered: str, allowed: Collection[str]) -> str:
    """Returns the type as which a file is sent: the one that was described, else what the server says, else what its
    bytes say. Raises FileTypeError if it is not allowed, or not what the file is.

    `described` is empty if nothing was. `allowed` holds types, and kinds of them like `image/*`.
    """
    said = [type for type in map(normal, (described, answered)) if type not in UNKNOWN]
    type = said[0] if said else told_by(content, allowed)
    for each in dict.fromkeys((*said, type)):
        if not is_allowed(each, allowed):
            raise FileTypeError(not_allowed(each))
    if not is_of(type, content):
        raise FileTypeError(f"is said to be of the type {type}, but is not; check the URL and the content_type")
    return type


def normal(type: str) -> str:
    """Returns a type without parameters, by its usual name."""
    bare = type.partition(";")[0].strip().lower()
    return SAME.get(bare, bare)


def is_allowed(type: str, allowed: Collection[str]) -> bool:
    return type in allowed or f"{type.partition('/')[0]}/*" in allowed


def not_allowed(type: str) -> str:
    """Returns what is told of a file whose type a channel does not send."""
    return (
        f"is of the type {type}, which the channel does not send; "
        "if it should, add the type to its setting attachment_types"
    )


def told_by(content: bytes, allowed: Collection[str]) -> str:
    """Returns the first allowed type that the bytes of a file have. Raises FileTypeError if there is none."""
    for type, known in KNOWN.items():
        if known.check is not is_text and is_allowed(type, allowed) and known.check(content):
            return type
    raise FileTypeError("is of no type that the channel sends, as far as can be told; describe its content_type")


def is_of(type: str, content: bytes) -> bool:
    """Returns whether a file can be of a type. Of a type that is not known, pages and programs are not."""
    if (known := KNOWN.get(type)) is not None:
        return known.check(content)
    may_be = disguised(content)
    return may_be is None or may_be.fullmatch(type) is not None


def disguised(content: bytes) -> re.Pattern[str] | None:
    """Returns the types that a file must have which begins like a page, a script or a program; None: any."""
    beginning = content[:LOOKED_AT]
    is_windows = beginning.startswith(b"MZ") and b"\0" in beginning
    if is_windows or beginning.startswith((*PROGRAMS, *MACH_O)):
        return EXECUTABLES
    for mark in BYTE_ORDER_MARKS:
        beginning = beginning.removeprefix(mark)
    as_text = beginning.replace(b"\0", b"")
    return PAGES if as_text.startswith(SCRIPT) or MARKUP.match(as_text) else None
