"""Signing in by a provider, and each way in which that can go wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from addressee.database.sealing import Sealer
from addressee.operators.openid.errors import (
    AddressUnverifiedError,
    DeclinedError,
    NotTrustedError,
    OpenIdError,
    ProviderUnavailableError,
    StaleSignInError,
)
from addressee.operators.openid.settings import OpenIdSettings
from addressee.operators.openid.sign_ins import LIFE, OpenId, SignedIn
from tests.support.clock import MovedClock
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, running_provider

REDIRECT = "https://addressee.example.com/dashboard/oidc/callback"
BROWSER = "the secret cookie of a browser"


@pytest.fixture
def provider(clock: MovedClock) -> Iterator[FakeProvider]:
    with running_provider() as provider:
        provider.now = lambda: clock.now().timestamp()
        yield provider


@pytest.fixture
async def openid(provider: FakeProvider, sealer: Sealer, clock: MovedClock) -> AsyncIterator[OpenId]:
    openid = OpenId(OpenIdSettings(provider.issuer, CLIENT_ID, CLIENT_SECRET), sealer, clock)
    yield openid
    await openid.close()


async def sign_in(openid: OpenId, provider: FakeProvider, **changed: str) -> SignedIn:
    answer = provider.authorize(await openid.begin(BROWSER, REDIRECT, "/dashboard/account"))
    return await openid.finish(BROWSER, REDIRECT, {**answer, **changed})


async def test_the_provider_says_whose_address_it_is(openid: OpenId, provider: FakeProvider) -> None:
    assert await sign_in(openid, provider) == SignedIn("ada@example.org", "/dashboard/account")
    assert await sign_in(openid, provider, iss=provider.issuer) == SignedIn("ada@example.org", "/dashboard/account")
    assert provider.asked == ["/.well-known/openid-configuration", "/token", "/keys", "/token"]


async def test_nothing_secret_is_in_the_browser_s_url(openid: OpenId, provider: FakeProvider) -> None:
    url = await openid.begin(BROWSER, REDIRECT, "/dashboard/account")
    query = parse_qs(urlsplit(url).query)
    assert query["redirect_uri"] == [REDIRECT]
    assert not any(secret in url for secret in (BROWSER, CLIENT_SECRET, "account"))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example.com"},
        {"aud": "somebody else"},
        {"aud": [CLIENT_ID, "somebody else"]},
        {"aud": [CLIENT_ID, "somebody else"], "azp": "somebody else"},
        {"nonce": "of another browser"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"iat": 99_999_999_999},
        {"nbf": 99_999_999_999},
        {"sub": None},
        {"at_hash": "of another token"},
    ],
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused(
    openid: OpenId, provider: FakeProvider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    with pytest.raises(NotTrustedError):
        await sign_in(openid, provider)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_that_anybody_could_sign_is_refused(
    openid: OpenId, provider: FakeProvider, algorithm: str
) -> None:
    provider.algorithm = algorithm
    with pytest.raises(NotTrustedError):
        await sign_in(openid, provider)


async def test_a_token_signed_by_another_key_is_refused(openid: OpenId, provider: FakeProvider) -> None:
    provider.published = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})]
    with pytest.raises(NotTrustedError):
        await sign_in(openid, provider)


async def test_a_new_key_of_the_provider_is_asked_for_once_in_a_minute(
    openid: OpenId, provider: FakeProvider, clock: MovedClock
) -> None:
    await sign_in(openid, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    for _ in range(2):
        with pytest.raises(NotTrustedError):
            await sign_in(openid, provider)
    assert provider.asked.count("/keys") == 1
    clock.move(timedelta(minutes=1))
    assert (await sign_in(openid, provider)).email == "ada@example.org"
    assert provider.asked.count("/keys") == 2


@pytest.mark.parametrize(
    "claims", [{"email": None}, {"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}]
)
async def test_an_address_that_is_not_verified_is_refused(
    openid: OpenId, provider: FakeProvider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    with pytest.raises(AddressUnverifiedError):
        await sign_in(openid, provider)


async def test_another_browser_cannot_go_on(openid: OpenId, provider: FakeProvider) -> None:
    answer = provider.authorize(await openid.begin(BROWSER, REDIRECT, ""))
    with pytest.raises(StaleSignInError):
        await openid.finish("another browser", REDIRECT, answer)
    assert "/token" not in provider.asked


@pytest.mark.parametrize("state", ["", "é", "nothing", "AAAA" * 20])
async def test_a_state_that_was_not_made_here_is_refused(openid: OpenId, provider: FakeProvider, state: str) -> None:
    with pytest.raises(StaleSignInError):
        await sign_in(openid, provider, state=state)


async def test_a_state_expires(openid: OpenId, provider: FakeProvider, clock: MovedClock) -> None:
    answer = provider.authorize(await openid.begin(BROWSER, REDIRECT, ""))
    clock.move(LIFE)
    with pytest.raises(StaleSignInError):
        await openid.finish(BROWSER, REDIRECT, answer)


async def test_a_code_of_another_sign_in_is_refused_by_its_verifier(openid: OpenId, provider: FakeProvider) -> None:
    stolen = provider.authorize(await openid.begin("another browser", REDIRECT, ""))
    with pytest.raises(ProviderUnavailableError):
        await sign_in(openid, provider, code=stolen["code"])


async def test_an_answer_of_another_issuer_is_refused(openid: OpenId, provider: FakeProvider) -> None:
    with pytest.raises(NotTrustedError):
        await sign_in(openid, provider, iss="https://elsewhere.example.com")
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    ("error", "told"),
    [("access_denied", "(access_denied)"), ("<b>your secret</b>", "(no code)"), ("", "(no code)")],
)
async def test_who_is_not_let_in_is_told(openid: OpenId, provider: FakeProvider, error: str, told: str) -> None:
    with pytest.raises(DeclinedError) as refused:
        await sign_in(openid, provider, error=error)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elsewhere.example.com"},
        {"token_endpoint": "http://elsewhere.example.com/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
async def test_metadata_that_lead_elsewhere_are_refused(
    openid: OpenId, provider: FakeProvider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    with pytest.raises(ProviderUnavailableError):
        await openid.begin(BROWSER, REDIRECT, "")
    provider.metadata = {}
    await openid.begin(BROWSER, REDIRECT, "")


async def test_a_provider_that_is_away_or_fails_is_told_without_secrets(
    openid: OpenId, provider: FakeProvider, sealer: Sealer, clock: MovedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.token_status = 500
    with pytest.raises(ProviderUnavailableError) as refused:
        await sign_in(openid, provider)
    away = OpenId(OpenIdSettings("http://127.0.0.1:1", CLIENT_ID, CLIENT_SECRET), sealer, clock)
    with pytest.raises(OpenIdError):
        await away.begin(BROWSER, REDIRECT, "")
    await away.close()
    said = str(refused.value) + "".join(capsys.readouterr())
    assert "/token was answered by 500" in said
    assert CLIENT_SECRET not in said
