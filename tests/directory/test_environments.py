"""Environments and their settings."""

import pytest

from addressee.database.pool import Pool
from addressee.directory.documents import Merge
from addressee.directory.environments import Environments, Settings
from tests.conftest import Environment


async def test_three_environments_exist_from_the_start(pool: Pool) -> None:
    assert [one.name for one in await Environments(pool).all()][:3] == ["development", "staging", "production"]


async def test_a_new_environment_has_the_default_settings(pool: Pool, environment: Environment) -> None:
    found = await Environments(pool).named(environment.name)
    assert found.settings == Settings(
        property_merge=Merge.SHALLOW,
        enhanced_security=False,
        user_shape="flat",
        preference_rule="all_agree",
        timezone="Etc/UTC",
    )


async def test_a_change_keeps_the_other_settings(pool: Pool, environment: Environment) -> None:
    environments = Environments(pool)
    await environments.change(environment.name, {"property_merge": "deep"})
    changed = await environments.change(environment.name, {"enhanced_security": True})
    assert changed.settings == Settings(property_merge=Merge.DEEP, enhanced_security=True)
    assert await environments.named(environment.name) == changed


@pytest.mark.parametrize(
    "wrong",
    [
        {"property_merge": "wide"},
        {"property_merge": "patch"},
        {"enhanced_security": "yes"},
        {"preference_rule": "any"},
        {"timezone": "Mars/Olympus"},
        {"colour": "red"},
        {"development_mode": "yes"},
        {"allowed_origins": "https://app.example.com"},
        {"allowed_origins": ["http://app.example.com"]},
        {"allowed_origins": ["https://app.example.com/"]},
        {"allowed_origins": ["https://app.example.com/path"]},
        {"allowed_origins": ["https://App.example.com"]},
        {"allowed_origins": ["https://ada@app.example.com"]},
        {"allowed_origins": ["https://app.example.com:port"]},
        {"allowed_origins": ["app.example.com"]},
        {"allowed_origins": ["https://"]},
        {"allowed_origins": ["*"]},
    ],
)
async def test_a_wrong_setting_is_refused(pool: Pool, environment: Environment, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Not a setting of an environment"):
        await Environments(pool).change(environment.name, wrong)


async def test_origins_are_as_browsers_send_them(pool: Pool, environment: Environment) -> None:
    origins = ["https://app.example.com", "https://app.example.com:8443", "http://localhost:3000", "http://127.0.0.1"]
    changed = await Environments(pool).change(environment.name, {"allowed_origins": origins})
    assert changed.settings.allowed_origins == tuple(origins)


async def test_a_signing_key_is_handed_out_once_and_kept_in_its_public_half(
    pool: Pool, environment: Environment
) -> None:
    environments = Environments(pool)
    private = await environments.new_signing_key(environment.name)
    assert private.startswith("-----BEGIN PRIVATE KEY-----")
    kept = (await environments.named(environment.name)).settings.signing_key
    assert kept is not None
    assert kept.startswith("-----BEGIN PUBLIC KEY-----")
