"""The colours of the brand on whose behalf an e-mail speaks: the tenant's, else the environment's, else ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from addressee.colours import BRAND, Colour, text_on
from addressee.messaging.content.scope import Scope


class BrandColours(NamedTuple):
    """The colour of a brand, and that of text on it, which is always readable."""

    primary: Colour
    contrast: Colour

    def named(self, text: str) -> Colour | None:
        """Returns a colour that is written, or named by its place in the brand; None if it is neither."""
        match text.strip():
            case "primary_color":
                return self.primary
            case "primary_color_contrast":
                return self.contrast
            case written:
                return Colour.parse(written)


def colours_of(scope: Scope) -> BrandColours:
    """Returns the colours of the tenant in a scope, else those of the variable `branding`, else the default ones."""
    tenant = branding_in(branding_in(scope.get("tenant")).get("settings")).get("branding")
    variables = branding_in(scope.get("vars")).get("branding")
    for branding in (branding_in(tenant), branding_in(variables)):
        if (primary := colour_in(branding, "primary_color")) is not None:
            return BrandColours(primary, text_on(primary, colour_in(branding, "primary_color_contrast")))
    return BrandColours(BRAND, text_on(BRAND))


def branding_in(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def colour_in(branding: Mapping[str, Any], name: str) -> Colour | None:
    value = branding.get(name)
    return Colour.parse(value) if isinstance(value, str) else None
