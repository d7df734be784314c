"""Colours, and the contrast between them as WCAG 2.2 measures it. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple, Self

HEX = re.compile(r"#?(?:([0-9a-f]{3})|([0-9a-f]{6}))", re.IGNORECASE | re.ASCII)

# The least contrast of text with what is behind it, and that which leaves room for a tint of what is behind it.
READABLE = 4.5
WELL_READABLE = 5

# A colour comes to white or black in so many steps.
STEPS = 50


class Colour(NamedTuple):
    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Returns a colour like `#635bff`, `635bff` or `#fff`; None for anything else."""
        match = HEX.fullmatch(text.strip()) if text else None
        if match is None:
            return None
        digits = match[2] or "".join(digit * 2 for digit in match[1])
        return cls(*bytes.fromhex(digits))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        red, green, blue = (linear(part / 255) for part in self)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def mixed(self, other: Colour, share: float) -> Colour:
        """Returns a colour with this share of another one."""
        return Colour(*(round(mine + (its - mine) * share) for mine, its in zip(self, other, strict=True)))


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)

# The colour of a brand that has none, on light backgrounds and on dark ones.
BRAND, DARK_BRAND = Colour(0x3B, 0x53, 0xD4), Colour(0x93, 0xA5, 0xFF)


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: Colour, other: Colour) -> float:
    """Returns the contrast ratio, from 1 to 21."""
    darker, lighter = sorted((one.luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(colour: Colour, preferred: Colour | None = None) -> Colour:
    """Returns the colour of text on another: the preferred one if it is readable, else white, else black."""
    for text in (preferred, WHITE):
        if text is not None and contrast(text, colour) >= READABLE:
            return text
    return BLACK


def readable(colour: Colour, *backgrounds: Colour) -> Colour:
    """Returns the colour, moved towards black or white as far as it takes to be well readable as text on backgrounds.

    The backgrounds are all light, or all dark.
    """
    goal = BLACK if backgrounds[0].luminance > WHITE.luminance / 2 else WHITE
    for step in range(STEPS):
        mixed = colour.mixed(goal, step / STEPS)
        if all(contrast(mixed, background) >= WELL_READABLE for background in backgrounds):
            return mixed
    return goal
