"""The provider of an installation, as environment variables name it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from addressee.database.environment_variables import (
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_CLIENT_SECRET_FILE,
    OIDC_ISSUER,
    OIDC_NAME,
)
from addressee.database.errors import SetupError

DEFAULT_NAME = "OpenID Connect"


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """A provider, and what this installation is to it. `name` stands on the button."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = DEFAULT_NAME


def configured_openid(environment: Mapping[str, str] = os.environ) -> OpenIdSettings | None:
    """Returns the provider; None where no issuer is set. Raises SetupError for settings that are not complete."""
    issuer = environment.get(OIDC_ISSUER, "")
    if not issuer:
        return None
    if not is_safe(issuer):
        raise SetupError(f"{OIDC_ISSUER} must be a URL of https, as the provider writes it, without a query.")
    client_id = environment.get(OIDC_CLIENT_ID, "")
    client_secret = secret_in(environment)
    if not client_id or not client_secret:
        raise SetupError(
            f"{OIDC_ISSUER} needs {OIDC_CLIENT_ID} and {OIDC_CLIENT_SECRET}, or {OIDC_CLIENT_SECRET_FILE}."
        )
    return OpenIdSettings(issuer, client_id, client_secret, environment.get(OIDC_NAME) or DEFAULT_NAME)


def secret_in(environment: Mapping[str, str]) -> str:
    """Raises SetupError when the secret's file cannot be read."""
    file = environment.get(OIDC_CLIENT_SECRET_FILE)
    if not file:
        return environment.get(OIDC_CLIENT_SECRET, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{OIDC_CLIENT_SECRET_FILE} cannot be read: {type(error).__name__}.") from None


def is_safe(url: str) -> bool:
    """Returns whether a URL is of https, or leads to this machine, and has no query or fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_whole = bool(host) and not parts.query and not parts.fragment
    return is_whole and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
