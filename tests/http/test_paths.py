"""Path segments are decoded once, and refused when they cannot be."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.api.errors import MalformedError
from addressee.directory.errors import RefusedError
from addressee.http.paths import decode_segment


@pytest.mark.parametrize(
    ("segment", "id"),
    [
        ("ada", "ada"),
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("a+b", "a+b"),
        ("%C3%A9", "é"),
        ("\xc3\xa9", "é"),
        ("%f0%9f%a6%8a", "🦊"),
        ("%20", " "),
    ],
)
def test_one_decoding(segment: str, id: str) -> None:
    assert decode_segment("user_id", segment) == id


@pytest.mark.parametrize("segment", ["%", "%2", "%zz", "%00", "%ff", "%ed%a0%80", "%c3"])
def test_what_is_no_text_is_refused(segment: str) -> None:
    with pytest.raises(MalformedError, match="^user_id in the path "):
        decode_segment("user_id", segment)


def test_an_empty_one_is_refused_by_its_name() -> None:
    with pytest.raises(RefusedError, match="^user_id is empty"):
        decode_segment("user_id", "")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_whatever_a_client_quotes_comes_back(id: str) -> None:
    assert decode_segment("user_id", quote(id, safe="")) == id
