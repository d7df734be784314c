"""Segments of SMS: the alphabet of GSM 03.38 in septets, anything else in UCS-2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.channels.sms.segments import BASIC, EXTENSION, Encoding, encoding_of, segment_count


def test_the_alphabet_has_127_characters_and_ten_that_are_escaped() -> None:
    assert (len(BASIC), len(EXTENSION), BASIC & EXTENSION) == (127, 10, frozenset())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("", Encoding.GSM),
        ("Grüße aus Ålborg à 5 £\r\n", Encoding.GSM),
        ("{[~]}\\^|€\f", Encoding.GSM),
        ("ΔΦΓΛΩΠΨΣΘΞ", Encoding.GSM),
        ("ç", Encoding.UCS_2),
        ("á", Encoding.UCS_2),
        ("u\u0308", Encoding.UCS_2),
        ("a tab\t", Encoding.UCS_2),
        ("`", Encoding.UCS_2),
        ("’", Encoding.UCS_2),
        ("🦊", Encoding.UCS_2),
    ],
)
def test_one_character_outside_of_the_alphabet_makes_the_text_ucs_2(text: str, encoding: Encoding) -> None:
    assert encoding_of(text) is encoding


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        # 153 is odd: the last septet of a segment stays empty before a character of two.
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("a" * 153 + "€" + "a" * 151, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("a" * 69 + "я", 1),
        ("🦊" * 35, 1),
        ("🦊" * 35 + "a", 2),
        # 67 is odd: a pair of surrogates is not divided.
        ("🦊" * 66, 2),
        ("🦊" * 67, 3),
        ("я" * 66 + "🦊" + "я" * 65, 2),
        ("я" * 66 + "🦊" + "я" * 66, 3),
    ],
)
def test_a_text_takes_as_many_segments_as_it_needs(text: str, count: int) -> None:
    assert segment_count(text) == count


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=700))
def test_segments_are_as_few_as_their_sizes_allow(text: str) -> None:
    encoding = encoding_of(text)
    if encoding is Encoding.GSM:
        size = len(text) + sum(map(EXTENSION.__contains__, text))
    else:
        size = len(text.encode("utf-16-le")) // 2
    if size <= encoding.alone:
        assert segment_count(text) == min(size, 1)
    else:
        # At most one unit of each segment is left empty.
        assert -(-size // encoding.of_several) <= segment_count(text) <= -(-size // (encoding.of_several - 1))
