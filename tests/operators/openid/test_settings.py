"""The provider of an installation, by environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from addressee.database.errors import SetupError
from addressee.operators.openid.settings import OpenIdSettings, configured_openid

ISSUER = "https://id.example.com/realm"
COMPLETE = {
    "ADDRESSEE_OIDC_ISSUER": ISSUER,
    "ADDRESSEE_OIDC_CLIENT_ID": "addressee",
    "ADDRESSEE_OIDC_CLIENT_SECRET": "s3cret",
}


def test_a_provider_is_named_by_three_variables(tmp_path: Path) -> None:
    assert configured_openid({}) is None
    assert configured_openid(COMPLETE) == OpenIdSettings(ISSUER, "addressee", "s3cret", "OpenID Connect")
    file = tmp_path / "secret"
    file.write_text("of a file\n")
    by_file = {**COMPLETE, "ADDRESSEE_OIDC_CLIENT_SECRET_FILE": str(file), "ADDRESSEE_OIDC_NAME": "Example"}
    assert configured_openid(by_file) == OpenIdSettings(ISSUER, "addressee", "of a file", "Example")
    assert "s3cret" not in repr(configured_openid(COMPLETE))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ADDRESSEE_OIDC_ISSUER": "http://id.example.com"}, "ADDRESSEE_OIDC_ISSUER must be a URL of https"),
        ({"ADDRESSEE_OIDC_ISSUER": "https://id.example.com?a=b"}, "ADDRESSEE_OIDC_ISSUER must be a URL of https"),
        ({"ADDRESSEE_OIDC_ISSUER": "https://[id"}, "ADDRESSEE_OIDC_ISSUER must be a URL of https"),
        ({"ADDRESSEE_OIDC_CLIENT_ID": ""}, "ADDRESSEE_OIDC_ISSUER needs ADDRESSEE_OIDC_CLIENT_ID"),
        ({"ADDRESSEE_OIDC_CLIENT_SECRET": ""}, "ADDRESSEE_OIDC_ISSUER needs ADDRESSEE_OIDC_CLIENT_ID"),
        ({"ADDRESSEE_OIDC_CLIENT_SECRET_FILE": "/nowhere"}, "cannot be read: FileNotFoundError"),
    ],
)
def test_settings_that_are_not_complete_are_named(changed: dict[str, str], message: str) -> None:
    with pytest.raises(SetupError, match=message):
        configured_openid({**COMPLETE, **changed})
