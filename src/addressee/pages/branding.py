"""The look of pages on a tenant's behalf: its name, its logo and its colours. Pure."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from addressee.colours import BRAND, DARK_BRAND, Colour, readable, text_on
from addressee.directory.recipient import Recipient

# The backgrounds of the stylesheet, on which the brand's colour is used as text.
LIGHT = (Colour(255, 255, 255), Colour(0xF6, 0xF7, 0xF9))
DARK = (Colour(0x17, 0x1A, 0x21), Colour(0x0E, 0x10, 0x15))

# What a URL may hold without an escape; a comma or a space would end it in a list of sources.
URL_CHARACTERS = "%/:=&?~#+!$;'@()*[]"


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand. `style` is its stylesheet, made of checked colours alone."""

    name: str | None
    logo_url: str | None
    dark_logo_url: str | None
    icon_url: str | None
    style: str

    @property
    def style_hash(self) -> str:
        """The source that lets a page have this style (Content Security Policy)."""
        hashed = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        return f"'sha256-{hashed}'"


def brand_of(tenant: Recipient | None) -> Brand:
    attributes = {} if tenant is None else tenant.attributes
    branding = attributes.get("branding") or {}
    return Brand(
        attributes.get("name"),
        image_url(branding.get("logo_url")),
        image_url(branding.get("dark_logo_url")),
        image_url(branding.get("icon_url")),
        style_of(branding),
    )


def style_of(branding: dict[str, Any]) -> str:
    """Returns the colours of a brand as custom properties. What is no colour, or cannot be read, is not used."""
    given, given_dark = Colour.parse(branding.get("primary_color")), Colour.parse(branding.get("dark_primary_color"))
    light, dark = given or BRAND, given_dark or given or DARK_BRAND
    on_light = text_on(light, Colour.parse(branding.get("primary_color_contrast")))
    on_dark = text_on(dark, Colour.parse(branding.get("dark_primary_color_contrast")))
    return (
        f":root{{--brand:{light};--on-brand:{on_light};--accent:{readable(light, *LIGHT)}}}"
        f"@media(prefers-color-scheme:dark){{"
        f":root{{--brand:{dark};--on-brand:{on_dark};--accent:{readable(dark, *DARK)}}}}}"
    )


def image_url(given: str | None) -> str | None:
    """Returns the URL of an image, escaped; None unless it is of https."""
    if not given:
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        return None
    return quote(given, safe=URL_CHARACTERS) if parts.scheme == "https" and parts.netloc else None
