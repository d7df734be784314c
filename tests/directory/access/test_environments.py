"""Environments and their settings."""

import re

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import (
    Environments,
    MisconfiguredError,
    SettingError,
    Settings,
    changed_settings,
)
from addressee.directory.access.key_ring import KeyRing
from addressee.directory.access.keys import Keys
from addressee.directory.documents import Merge
from tests.conftest import Environment


@pytest.fixture
def sealer(installation: Installation) -> Sealer:
    return Sealer(installation.master_key())


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
    [name] = wrong
    with pytest.raises(ValueError, match=name):
        await Environments(pool).change(environment.name, wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"clock_skew_minutes": -1}, "clock_skew_minutes cannot be -1: it is a number from 0 to 1440."),
        ({"enhanced_security": "yes"}, 'enhanced_security cannot be "yes": it is true or false.'),
        ({"allowed_origins": [5]}, 'allowed_origins cannot be [5]: it is a list, like ["https://app.example.com"].'),
        ({"user_shape": "round"}, 'user_shape cannot be "round": it is flat or nested.'),
        ({"timezone": "Mars"}, "timezone must be a name of the IANA time zone database, like Europe/Berlin."),
    ],
)
async def test_it_is_said_what_is_wrong(
    pool: Pool, environment: Environment, wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        await Environments(pool).change(environment.name, wrong)


async def test_a_setting_that_does_not_exist_is_told_those_that_do(pool: Pool, environment: Environment) -> None:
    with pytest.raises(ValueError, match=r"^There is no setting 'colour' of an environment; there are "):
        await Environments(pool).change(environment.name, {"colour": "red"})


def test_a_stored_setting_that_is_wrong_is_shown_as_it_is_stored() -> None:
    with pytest.raises(SettingError, match=r'^clock_skew_minutes cannot be "ten": it is a number from 0 to 1440\.$'):
        changed_settings({"clock_skew_minutes": "ten"}, {"timezone": "Europe/Berlin"})


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


PUBLIC = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PRIVATE = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def p256_key() -> str:
    return ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*PUBLIC).decode()


async def test_keys_of_both_algorithms_are_kept(pool: Pool, environment: Environment) -> None:
    environments = Environments(pool)
    await environments.new_signing_key(environment.name, "RS256")
    rsa_pem = (await environments.named(environment.name)).settings.signing_key
    private = await environments.new_signing_key(environment.name, "ES256")
    assert isinstance(serialization.load_pem_private_key(private.encode(), None), ec.EllipticCurvePrivateKey)
    settings = (await environments.named(environment.name)).settings
    assert settings.signing_key == rsa_pem
    assert settings.es256_signing_key is not None
    assert settings.es256_signing_key.startswith("-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize(
    "key",
    [
        rsa_key(2048).public_key().public_bytes(*PUBLIC).decode(),
        ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(*PUBLIC).decode(),
    ],
    ids=["rsa", "another curve"],
)
async def test_a_key_of_es256_is_on_p256(pool: Pool, environment: Environment, key: str) -> None:
    environments = Environments(pool)
    pem = p256_key()
    await environments.change(environment.name, {"es256_signing_key": pem})
    message = "^es256_signing_key must be a key on the curve P-256, for user tokens that are signed by ES256.$"
    with pytest.raises(ValueError, match=message):
        await environments.change(environment.name, {"es256_signing_key": key})
    assert (await environments.named(environment.name)).settings.es256_signing_key == pem


async def test_a_signing_key_is_an_rsa_public_key(pool: Pool, environment: Environment) -> None:
    pem = rsa_key(2048).public_key().public_bytes(*PUBLIC).decode()
    changed = await Environments(pool).change(environment.name, {"signing_key": pem})
    assert changed.settings.signing_key == pem


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("garbage", "must be a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----."),
        ("", "must be a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----."),
        (
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            "must be a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----.",
        ),
        (
            rsa_key(2048).private_bytes(*PRIVATE).decode(),
            "is a private key: give its public half (openssl pkey -pubout), and replace the pair.",
        ),
        (p256_key(), "must be an RSA key, for user tokens that are signed by RS256."),
        (rsa_key(1024).public_key().public_bytes(*PUBLIC).decode(), "must have at least 2048 bits; this one has 1024."),
    ],
    ids=["text", "nothing", "broken", "private", "elliptic", "short"],
)
async def test_another_signing_key_is_refused(pool: Pool, environment: Environment, key: str, reason: str) -> None:
    with pytest.raises(ValueError, match="signing_key") as refused:
        await Environments(pool).change(environment.name, {"signing_key": key})
    assert str(refused.value).endswith(f"signing_key {reason}")
    assert (await Environments(pool).named(environment.name)).settings.signing_key is None


async def store(pool: Pool, environment: Environment, settings: bytes) -> None:
    """As a hand in the database or another version would."""
    await pool.execute("UPDATE addressee.environments SET settings = $2 WHERE id = $1", environment.id, settings)


async def test_settings_of_a_newer_version_are_passed_over_and_kept(pool: Pool, environment: Environment) -> None:
    await store(pool, environment, b'{"colour": "red", "user_shape": "nested"}')
    changed = await Environments(pool).change(environment.name, {"enhanced_security": True})
    assert changed.settings == Settings(user_shape="nested", enhanced_security=True)
    stored = await pool.fetchval("SELECT settings->>'colour' FROM addressee.environments WHERE id = $1", environment.id)
    assert stored == "red"


async def test_what_is_stored_wrongly_opens_nothing_and_can_be_replaced(
    pool: Pool, environment: Environment, keys: Keys, sealer: Sealer
) -> None:
    key = (await keys.create(environment.name, "secret")).key
    await store(pool, environment, b'{"user_shape": "round"}')
    assert await KeyRing(pool, sealer).find(key) is None
    environments = Environments(pool)
    assert environment.name not in [each.name for each in await environments.usable()]
    with pytest.raises(MisconfiguredError) as error:
        await environments.named(environment.name)
    assert str(error.value) == (
        f"What is stored as settings of the environment {environment.name} cannot be used: "
        "Invalid enum value 'round' - at `$.user_shape`; `addressee environments set` replaces it."
    )
    await environments.change(environment.name, {"user_shape": "flat"})
    assert (await KeyRing(pool, sealer).find(key)) is not None
