"""Names of files that are fetched for e-mails: of one line, and ending as their type does."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.email.files.file_names import MAX_LENGTH, name_of

URL = "https://files.example.com/2026/bill%20seven.pdf?name=other.exe#x"
PDF = "application/pdf"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", "bill seven.pdf"),
        ("inline", "bill seven.pdf"),
        ('attachment; filename="a.pdf"', "a.pdf"),
        ("attachment; filename=a.PDF", "a.PDF"),
        ("attachment; filename=\"a.pdf\"; filename*=UTF-8''%E8%AB%8B%E6%B1%82.pdf", "請求.pdf"),
        ('attachment; filename="..\\\\..\\\\run.bat"', "run.bat.pdf"),
        ('attachment; filename="/etc/passwd"', "passwd.pdf"),
        ('attachment; filename="\u202efdp.exe"', "fdp.exe.pdf"),
        ('attachment; filename="..."', "bill seven.pdf"),
        ("attachment; filename*=no-such-charset''%ff", "ÿ.pdf"),
    ],
)
def test_it_is_the_servers_or_else_that_of_the_url(header: str, name: str) -> None:
    assert name_of(URL, header, PDF) == name


def test_without_any_it_is_called_an_attachment() -> None:
    assert name_of("https://files.example.com/", "", PDF) == "attachment.pdf"
    assert name_of("https://files.example.com", "", "application/x-own") == "attachment"


def test_a_long_one_keeps_its_ending() -> None:
    name = name_of(f"https://files.example.com/{'a' * 400}.pdf", "", PDF)
    assert (len(name), name[-5:]) == (MAX_LENGTH, "a.pdf")


@given(st.text(max_size=300), st.text(max_size=300))
def test_it_can_stand_in_any_header_and_folder(path: str, header: str) -> None:
    name = name_of(f"https://files.example.com/{path}", header, PDF)
    assert name.lower().endswith(".pdf")
    assert not name.startswith(".")
    assert not {"/", "\\"}.intersection(name)
    assert all(unicodedata.category(each)[0] != "C" for each in name)
