"""The attributes that the directory itself understands, and the values each may have. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from addressee.directory.documents import check_text
from addressee.directory.errors import RefusedError
from addressee.directory.locales import is_language
from addressee.directory.recipient import Document
from addressee.directory.timezones import is_timezone

NAMES = frozenset(
    {
        "name",
        "first_name",
        "last_name",
        "email",
        "phone_number",
        "avatar",
        "timezone",
        "locale",
        "language",
        "created_at",
        "branding",
    },
)

# The parts of a tenant's `branding`: how messages sent on its behalf look.
BRANDING = frozenset(
    {
        "primary_color",
        "primary_color_contrast",
        "logo_url",
        "icon_url",
        "dark_primary_color",
        "dark_primary_color_contrast",
        "dark_logo_url",
        "dark_icon_url",
        "secondary_color",
        "tertiary_color",
        "preferences_url",
        "social_links",
    },
)

MAX_LENGTH = 10_000

MAX_LINKS = 100


def checked(given: Mapping[str, Any]) -> Document:
    """Returns attributes in stored form.

    Every attribute is a string of at most 10,000 characters, or null. `timezone` must be in the IANA database;
    `created_at` must be an ISO-8601 date or date and time, stored in UTC with milliseconds; `branding` is an object of
    strings and nulls, in which `social_links` is an object of up to 100. Raises RefusedError for anything else.
    """
    return {name: value if value is None else check(name, value) for name, value in given.items()}


def merged(stored: Document, given: Document) -> Document:
    """Returns the stored attributes, updated with checked ones.

    `branding` is merged by its parts, and its `social_links` by name; a link that is given as null is removed.
    """
    result = {**stored, **given}
    if isinstance(given.get("branding"), dict):
        result["branding"] = merged_branding(stored.get("branding") or {}, given["branding"])
    return result


def merged_branding(stored: Document, given: Document) -> Document:
    result = {**stored, **given}
    if given.get("social_links"):
        links = {**(stored.get("social_links") or {}), **given["social_links"]}
        result["social_links"] = {name: link for name, link in links.items() if link is not None}
    return result


def check(name: str, value: Any) -> str | Document:
    if name not in NAMES:
        raise RefusedError("attribute", name, f"{name} is not an attribute; store it as a property.")
    return checked_branding(value) if name == "branding" else checked_text(name, value)


def checked_branding(value: Any) -> Document:
    if not isinstance(value, dict):
        raise RefusedError("type", "branding", "branding must be an object or null.")
    for name in value:
        if name not in BRANDING:
            known = ", ".join(sorted(BRANDING))
            raise RefusedError("attribute", "branding", f"branding has {known}, and nothing else.")
    return {name: part if part is None else checked_part(name, part) for name, part in value.items()}


def checked_part(name: str, part: Any) -> str | Document:
    return checked_links(part) if name == "social_links" else checked_text(f"branding.{name}", part)


def checked_links(value: Any) -> Document:
    if not isinstance(value, dict) or len(value) > MAX_LINKS:
        message = f"branding.social_links must be an object of at most {MAX_LINKS} links."
        raise RefusedError("type", "branding.social_links", message)
    for name, link in value.items():
        check_text(name, "branding.social_links")
        if link is not None:
            checked_text(f"branding.social_links.{name}", link)
    return value


def checked_text(name: str, value: Any) -> str:
    if name == "created_at" and isinstance(value, datetime):
        return render_instant(value)
    if not isinstance(value, str):
        raise RefusedError("type", name, f"{name} must be a string or null.")
    if len(value) > MAX_LENGTH:
        raise RefusedError("length", name, f"{name} must have at most {MAX_LENGTH} characters.")
    check_text(value, name)
    if name == "timezone" and not is_timezone(value):
        raise RefusedError(
            "timezone", name, f"{name} must be a name of the IANA time zone database, like Europe/Berlin."
        )
    if name == "language" and not is_language(value):
        raise RefusedError("language", name, f"{name} must be one of ISO 639-1, in two small letters, like en.")
    return render_instant(parse_instant(name, value)) if name == "created_at" else value


def parse_instant(name: str, text: str) -> datetime:
    """Parses an ISO-8601 date, or date and time. Raises RefusedError."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        message = f"{name} must be an ISO-8601 date and time, like 2025-01-02T03:04:05Z."
        raise RefusedError("datetime", name, message) from None


def render_instant(instant: datetime) -> str:
    """Returns ISO-8601 in UTC with milliseconds and `Z`; an instant without a zone is taken as UTC.

    Raises RefusedError outside the years 1 to 9999.
    """
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    try:
        in_utc = aware.astimezone(UTC)
    except OverflowError:
        message = "created_at is outside the years 1 to 9999."
        raise RefusedError("datetime", "created_at", message) from None
    return in_utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
