"""Types of files that are fetched for e-mails: what is said, and what the file is, must agree and be allowed."""

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.email.files.file_types import (
    DEFAULT,
    KNOWN,
    LEFT_OUT,
    OPEN_DOCUMENT,
    OPEN_XML,
    FileTypeError,
    is_of,
    sent_type,
)

PDF = b"%PDF-1.7\n"
WINDOWS = b"MZ\x90\0\x03\0\0\0"
DOCX = f"{OPEN_XML}.wordprocessingml.document"
ODT = f"{OPEN_DOCUMENT}.text"


def archive(*names: str, mimetype: str = "") -> bytes:
    written = BytesIO()
    with ZipFile(written, "w") as opened:
        if mimetype:
            opened.writestr("mimetype", mimetype)
        for name in names:
            opened.writestr(name, "x")
    return written.getvalue()


WORD = archive("[Content_Types].xml", "word/document.xml")
SAMPLES = {
    "application/pdf": PDF,
    "image/png": b"\x89PNG\r\n\x1a\n\0",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "image/bmp": b"BM\0\0",
    "image/tiff": b"II*\0",
    "image/heic": b"\0\0\0\x18ftypheic",
    "image/avif": b"\0\0\0\x18ftypavif",
    DOCX: WORD,
    f"{OPEN_XML}.spreadsheetml.sheet": archive("xl/workbook.xml", "[Content_Types].xml"),
    f"{OPEN_XML}.presentationml.presentation": archive("[Content_Types].xml", "ppt/presentation.xml"),
    ODT: archive(mimetype=ODT),
    f"{OPEN_DOCUMENT}.spreadsheet": archive(mimetype=f"{OPEN_DOCUMENT}.spreadsheet"),
    f"{OPEN_DOCUMENT}.presentation": archive(mimetype=f"{OPEN_DOCUMENT}.presentation"),
    "text/plain": b"Hello",
    "text/csv": "\ufeffa,b\n1,2\n".encode(),
    "text/calendar": b"BEGIN:VCALENDAR\r\n",
    "text/vcard": b"BEGIN:VCARD\r\n",
    "application/json": b'{"a": 1}',
    "audio/mpeg": b"ID3\x03",
    "video/mp4": b"\0\0\0\x18ftypmp42",
    "application/zip": archive("a.exe"),
    "application/gzip": b"\x1f\x8b\x08",
    "application/rtf": b"{\\rtf1}",
    "application/msword": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "application/vnd.ms-excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "application/vnd.ms-powerpoint": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}
PAGES = [b"<!doctype HTML>", b" \n<html lang=de>", "\ufeff<script>x</script>".encode(), b"<!-- a --><p>", b"<?php x"]
SCRIPTS = [b"#!/bin/sh\n", "#!x".encode("utf-16"), "<html >".encode("utf-16")]
PROGRAMS = [WINDOWS, b"\x7fELF\2\1\1", b"\xcf\xfa\xed\xfe\x07\0\0\1", b"\xca\xfe\xba\xbe\0\0", b"L\0\0\0\x01\x14\x02\0"]


def told(content: bytes, described: str = "", answered: str = "", allowed: Sequence[str] = ()) -> str:
    return sent_type(content, described, answered, allowed or DEFAULT)


def refusal(content: bytes, described: str = "", answered: str = "", allowed: Sequence[str] = ()) -> str:
    with pytest.raises(FileTypeError) as error:
        told(content, described, answered, allowed)
    return str(error.value)


@pytest.mark.parametrize("type", list(KNOWN))
def test_a_file_is_sent_as_what_it_is(type: str) -> None:
    assert told(SAMPLES[type], answered=f"{type.upper()}; charset=utf-8", allowed=[type]) == type
    assert told(SAMPLES[type], described=type, answered="application/octet-stream", allowed=[type]) == type


@pytest.mark.parametrize("type", sorted(LEFT_OUT))
def test_archives_and_old_documents_are_not_sent_by_default(type: str) -> None:
    assert refusal(SAMPLES[type], answered=type).startswith(f"is of the type {type}, which the channel does not send")


def test_a_server_that_says_nothing_leaves_it_to_the_bytes() -> None:
    assert told(PDF) == "application/pdf"
    assert told(WORD, answered="binary/octet-stream") == DOCX
    assert "describe its content_type" in refusal(b"Hello", answered="application/octet-stream")


def test_the_description_goes_before_the_server_but_both_must_be_allowed() -> None:
    assert told(b"a,b\n", "text/csv", "text/plain") == "text/csv"
    assert "the type text/html" in refusal(b"a,b\n", "text/csv", "text/html")
    assert "the type application/zip" in refusal(PDF, "application/zip", "application/pdf")


def test_other_names_of_a_type_mean_the_same() -> None:
    assert told(b"\xff\xd8\xff\xe0", answered="image/jpg") == "image/jpeg"


@pytest.mark.parametrize("type", [type for type in KNOWN if type.startswith(("text/", "application/json"))])
@pytest.mark.parametrize("content", [*PAGES, *SCRIPTS, *PROGRAMS])
def test_a_text_is_no_page_no_script_and_no_program(type: str, content: bytes) -> None:
    assert refusal(content, answered=type).startswith(f"is said to be of the type {type}, but is not")


@pytest.mark.parametrize("content", [b"<3 you", b"MZ is a word", b"# a heading", b"a < b", "für".encode("utf-16")])
def test_a_text_may_begin_with_about_anything(content: bytes) -> None:
    assert told(content, answered="text/plain") == "text/plain"


def test_a_document_has_no_macros() -> None:
    with_macros = archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
    assert "but is not" in refusal(with_macros, answered=DOCX)
    assert "but is not" in refusal(archive("a.txt"), answered=DOCX)


def test_other_types_are_sent_if_they_are_allowed_and_no_disguise() -> None:
    allowed = ["image/*", "application/x-own", "application/x-msdownload", "text/html"]
    assert told(b"<svg >", answered="image/svg+xml", allowed=allowed) == "image/svg+xml"
    assert told(b"anything", answered="application/x-own", allowed=allowed) == "application/x-own"
    assert told(WINDOWS, answered="application/x-msdownload", allowed=allowed) == "application/x-msdownload"
    assert told(PAGES[0], answered="text/html", allowed=allowed) == "text/html"
    assert "but is not" in refusal(PAGES[0], answered="application/x-own", allowed=allowed)
    assert "but is not" in refusal(WINDOWS, answered="image/x-own", allowed=allowed)


@given(
    st.binary(max_size=100), st.sampled_from([b"", *PAGES, *PROGRAMS, *SAMPLES.values()]), st.sampled_from(list(KNOWN))
)
def test_a_file_is_sent_as_a_type_that_it_has_or_not_at_all(rest: bytes, beginning: bytes, type: str) -> None:
    content = beginning + rest
    try:
        found = told(content, answered=type)
    except FileTypeError:
        assert type in LEFT_OUT or not is_of(type, content)
    else:
        assert found == type
        assert is_of(type, content)
