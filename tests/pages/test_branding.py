"""Brands: what a tenant says of its looks, and nothing that could do anything else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.pages.branding import Brand, brand_of

PLAIN = (
    ":root{--brand:#3b53d4;--on-brand:#ffffff;--accent:#3b53d4}"
    "@media(prefers-color-scheme:dark){:root{--brand:#93a5ff;--on-brand:#000000;--accent:#93a5ff}}"
)


def brand(**branding: Any) -> Brand:
    attributes = {"name": "Acme", "branding": branding}
    return brand_of(Recipient(Place(1, TENANTS, "acme"), UUID(int=1), 1, datetime.now(UTC), attributes))


def test_without_a_tenant_pages_have_colours_of_their_own() -> None:
    assert brand_of(None) == Brand(None, None, None, None, PLAIN)


@pytest.mark.parametrize("colour", ["red", "#12", "url(x)", "#fff;}</style><script>", None])
def test_what_is_no_colour_is_not_used(colour: str | None) -> None:
    assert brand(primary_color=colour).style == PLAIN


def test_a_colour_is_used_in_light_and_dark_unless_there_is_one_for_dark() -> None:
    assert brand(primary_color="#FFD34D").style == (
        ":root{--brand:#ffd34d;--on-brand:#000000;--accent:#7a6525}"
        "@media(prefers-color-scheme:dark){:root{--brand:#ffd34d;--on-brand:#000000;--accent:#ffd34d}}"
    )
    assert "{--brand:#102030;" in brand(primary_color="#fff", dark_primary_color="#102030").style


def test_a_logo_is_an_image_of_https() -> None:
    found = brand(logo_url="https://example.com/logo, 1.svg?a=b&c", dark_logo_url="https://example.com/dark.svg")
    assert found.logo_url == "https://example.com/logo%2C%201.svg?a=b&c"
    assert found.dark_logo_url == "https://example.com/dark.svg"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/logo.svg",
        "javascript:alert(1)",
        "data:image/svg+xml,x",
        "//example.com",
        "https:",
        "https://[",
        "",
    ],
)
def test_other_images_are_not_used(url: str) -> None:
    assert brand(logo_url=url).logo_url is None


def test_the_hash_is_that_of_the_style() -> None:
    assert brand_of(None).style_hash == "'sha256-c8jHSeIT3cJzA9sTsjHJN9AfW6kTRxNBRu6o3y03J+U='"
