"""Bodies of e-mails as they are written."""

import re

import pytest

from addressee.channels.email.files.attachments import Attachment
from addressee.channels.email.mime import body_of

PLAIN = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: '


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", b"7bit\r\n\r\n\r\n"),
        ("Hello", b"7bit\r\n\r\nHello\r\n"),
        ("one\ntwo\rthree\r\n.\n", b"7bit\r\n\r\none\r\ntwo\r\nthree\r\n.\r\n"),
        ("a" * 78, b"7bit\r\n\r\n" + b"a" * 78 + b"\r\n"),
        ("a" * 79, b"quoted-printable\r\n\r\n" + b"a" * 75 + b"=\r\naaaa\r\n"),
        ("Zoë is a good example = 1 \n.", b"quoted-printable\r\n\r\nZo=C3=AB is a good example =3D 1=20\r\n=2E\r\n"),
        ("विहान", b"base64\r\n\r\n4KS14KS/4KS54KS+4KSoDQo=\r\n"),
        ("this is half a \ud83d", b"quoted-printable\r\n\r\nthis is half a =EF=BF=BD\r\n"),
    ],
)
def test_a_text_is_encoded_where_servers_might_change_it(text: str, written: bytes) -> None:
    assert body_of(text, None, ()) == PLAIN + written


def test_parts_are_divided_by_a_boundary_that_is_new_each_time() -> None:
    bodies = [body_of("Hello", "<p>Hello</p>", ()) for _ in range(2)]
    boundaries = [re.findall(rb'boundary="(.+)"', body) for body in bodies]
    assert boundaries[0] != boundaries[1]
    (boundary,) = boundaries[0]
    assert bodies[0].split(b"--" + boundary) == [
        b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n',
        b"\r\n" + PLAIN + b"7bit\r\n\r\nHello\r\n\r\n",
        b"\r\n" + PLAIN.replace(b"plain", b"html") + b"7bit\r\n\r\n<p>Hello</p>\r\n\r\n",
        b"--\r\n",
    ]


def test_files_stand_behind_the_texts() -> None:
    body = body_of("Hello", "<p>Hello</p>", [Attachment("bill.pdf", "application/pdf", b"%PDF")])
    kinds = re.findall(rb"^Content-Type: ([a-z/]+)", body, re.MULTILINE)
    assert kinds == [b"multipart/mixed", b"multipart/alternative", b"text/plain", b"text/html", b"application/pdf"]
    assert b'Content-Disposition: attachment; filename="bill.pdf"' in body
