"""Colours of brands are used as they are where they can be read, and are moved as far as it takes elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.colours import BLACK, READABLE, WHITE, Colour, contrast, readable, text_on
from addressee.pages.branding import DARK, LIGHT

COLOURS = st.builds(Colour, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#635bff", Colour(99, 91, 255)),
        ("635BFF", Colour(99, 91, 255)),
        (" #fff ", WHITE),
        ("000", BLACK),
        ("#ffff", None),
        ("#12345", None),
        ("red", None),
        ("rgb(1, 2, 3)", None),
        ("#fff}body{display:none", None),
        ("#٦٦٦", None),
        ("", None),
        (None, None),
    ],
)
def test_colours_are_hexadecimal(text: str | None, colour: Colour | None) -> None:
    assert Colour.parse(text) == colour


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(BLACK, WHITE) == contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(Colour(0x77, 0x77, 0x77), WHITE) == pytest.approx(4.478, abs=0.001)
    assert contrast(Colour(0x76, 0x76, 0x76), WHITE) == pytest.approx(4.542, abs=0.001)


@given(COLOURS, st.none() | COLOURS)
def test_text_on_any_colour_can_be_read(colour: Colour, preferred: Colour | None) -> None:
    assert contrast(text_on(colour, preferred), colour) >= READABLE


def test_text_is_what_a_tenant_prefers_if_that_can_be_read() -> None:
    yellow, brown = Colour(0xFF, 0xD3, 0x4D), Colour(0x4A, 0x30, 0x10)
    assert text_on(yellow, brown) == brown
    assert text_on(yellow, WHITE) == text_on(yellow) == BLACK
    assert text_on(Colour(0x0F, 0x76, 0x6E)) == WHITE


@given(COLOURS)
def test_any_colour_becomes_readable_on_light_and_on_dark(colour: Colour) -> None:
    for backgrounds in (LIGHT, DARK):
        found = readable(colour, *backgrounds)
        assert all(contrast(found, background) >= READABLE for background in backgrounds)


def test_a_readable_colour_stays_as_it_is() -> None:
    assert readable(Colour(0x0F, 0x5F, 0x5A), *LIGHT) == Colour(0x0F, 0x5F, 0x5A)
