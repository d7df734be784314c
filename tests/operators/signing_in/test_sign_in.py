"""Signing in: by password and one-time password, and ever slower for who guesses."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pyotp
import pytest
from msgspec import structs

from addressee.operators.accounts import Accounts
from addressee.operators.credentials.one_time_passwords import enrolment_url, new_secret
from addressee.operators.errors import CodeNeededError, SignInRefusedError, TooManyTriesError
from addressee.operators.signing_in.sign_in import SignIn
from addressee.operators.signing_in.tries import (
    FREE_TRIES_OF_ACCOUNT,
    PAUSES_OF_ACCOUNT,
    PAUSES_OF_ADDRESS,
    pauses_after,
)
from tests.operators.conftest import PASSWORD
from tests.support.clock import MovedClock

WRONG = "incorrect horse battery"
PERIOD = timedelta(seconds=30)


@pytest.fixture
async def ada(accounts: Accounts, email: str) -> str:
    await accounts.add(email, "Ada", {}, PASSWORD)
    return email


def code(secret: str, clock: MovedClock) -> str:
    return pyotp.TOTP(secret).at(clock.now())


async def test_the_right_password_signs_in(sign_in: SignIn, ada: str, network: str) -> None:
    assert (await sign_in.check(ada.upper(), PASSWORD, None, network)).email == ada


@pytest.mark.parametrize("password", [WRONG, "", PASSWORD + "\0", "x" * 300])
async def test_any_other_does_not(sign_in: SignIn, ada: str, network: str, password: str) -> None:
    with pytest.raises(SignInRefusedError):
        await sign_in.check(ada, password, None, network)


@pytest.mark.parametrize("other", ["nobody@example.org", "", "\0", "x" * 300])
async def test_nor_does_any_other_account(sign_in: SignIn, ada: str, network: str, other: str) -> None:
    with pytest.raises(SignInRefusedError):
        await sign_in.check(other, PASSWORD, None, network)


async def test_nor_does_who_is_disabled(sign_in: SignIn, accounts: Accounts, ada: str, network: str) -> None:
    await accounts.disable(ada)
    with pytest.raises(SignInRefusedError):
        await sign_in.check(ada, PASSWORD, None, network)


async def test_a_new_password_takes_the_place_of_the_old(
    sign_in: SignIn, accounts: Accounts, ada: str, network: str
) -> None:
    await accounts.set_password(ada, "another horse battery")
    assert (await sign_in.check(ada, "another horse battery", None, network)).email == ada
    with pytest.raises(SignInRefusedError):
        await sign_in.check(ada, PASSWORD, None, network)


class TestGuessing:
    def test_pauses_grow_to_a_quarter_of_an_hour(self) -> None:
        seconds = [pause.total_seconds() for pause in pauses_after(3)]
        assert seconds == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
        assert len(PAUSES_OF_ADDRESS) - len(PAUSES_OF_ACCOUNT) == 25

    async def test_after_some_tries_each_next_one_waits(
        self, sign_in: SignIn, ada: str, network: str, clock: MovedClock
    ) -> None:
        for _ in range(FREE_TRIES_OF_ACCOUNT):
            with pytest.raises(SignInRefusedError):
                await sign_in.check(ada, WRONG, None, network)
        for pause in (1, 2, 4):
            with pytest.raises(TooManyTriesError) as refused:
                await sign_in.check(ada, PASSWORD, None, network)
            assert refused.value.free_at == clock.now() + timedelta(seconds=pause)
            clock.move(timedelta(seconds=pause))
            with pytest.raises(SignInRefusedError):
                await sign_in.check(ada, WRONG, None, network)

    async def test_many_tries_at_once_are_no_way_around(self, sign_in: SignIn, ada: str, network: str) -> None:
        tries = (sign_in.check(ada, WRONG, None, network) for _ in range(20))
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(each, SignInRefusedError) for each in outcomes) == FREE_TRIES_OF_ACCOUNT
        assert sum(isinstance(each, TooManyTriesError) for each in outcomes) == 20 - FREE_TRIES_OF_ACCOUNT

    async def test_success_forgets_the_failures(
        self, sign_in: SignIn, ada: str, network: str, clock: MovedClock
    ) -> None:
        for _ in range(3):
            for _ in range(FREE_TRIES_OF_ACCOUNT - 1):
                with pytest.raises(SignInRefusedError):
                    await sign_in.check(ada, WRONG, None, network)
            await sign_in.check(ada, PASSWORD, None, network)

    async def test_a_day_forgets_them_too(self, sign_in: SignIn, ada: str, network: str, clock: MovedClock) -> None:
        for _ in range(FREE_TRIES_OF_ACCOUNT):
            with pytest.raises(SignInRefusedError):
                await sign_in.check(ada, WRONG, None, network)
        clock.move(timedelta(days=1, seconds=1))
        for _ in range(2):
            with pytest.raises(SignInRefusedError):
                await sign_in.check(ada, WRONG, None, network)

    async def test_an_address_that_tries_many_accounts_waits_too(self, sign_in: SignIn, network: str) -> None:
        for number in range(30):
            with pytest.raises(SignInRefusedError):
                await sign_in.check(f"{network}-{number}@example.org", WRONG, None, network)
        with pytest.raises(TooManyTriesError):
            await sign_in.check(f"{network}-31@example.org", WRONG, None, network)

    async def test_where_the_address_is_not_known_accounts_are_counted_alone(
        self, sign_in: SignIn, ada: str, network: str
    ) -> None:
        for number in range(40):
            with pytest.raises(SignInRefusedError):
                await sign_in.check(f"{network}-{number}@example.org", WRONG, None, None)
        assert (await sign_in.check(ada, PASSWORD, None, None)).email == ada
        for _ in range(FREE_TRIES_OF_ACCOUNT):
            with pytest.raises(SignInRefusedError):
                await sign_in.check(ada, WRONG, None, None)
        with pytest.raises(TooManyTriesError):
            await sign_in.check(ada, WRONG, None, None)

    async def test_the_password_of_a_session_is_guessed_no_quicker(
        self, sign_in: SignIn, ada: str, network: str
    ) -> None:
        operator = await sign_in.check(ada, PASSWORD, None, network)
        await sign_in.confirm(operator, PASSWORD, network)
        for _ in range(FREE_TRIES_OF_ACCOUNT):
            with pytest.raises(SignInRefusedError):
                await sign_in.confirm(operator, WRONG, network)
        with pytest.raises(TooManyTriesError):
            await sign_in.confirm(operator, PASSWORD, network)


class TestOneTimePasswords:
    @pytest.fixture
    async def secret(self, accounts: Accounts, ada: str, clock: MovedClock) -> str:
        made = new_secret()
        (operator,) = (each for each in await accounts.list() if each.email == ada)
        await accounts.require_one_time_passwords(operator, made, code(made, clock))
        clock.move(2 * PERIOD)
        return made

    async def test_it_is_asked_for_once_the_password_is_right(
        self, sign_in: SignIn, ada: str, network: str, secret: str, clock: MovedClock
    ) -> None:
        with pytest.raises(CodeNeededError):
            await sign_in.check(ada, PASSWORD, None, network)
        with pytest.raises(SignInRefusedError):
            await sign_in.check(ada, WRONG, code(secret, clock), network)
        assert (await sign_in.check(ada, PASSWORD, code(secret, clock), network)).has_totp

    async def test_each_is_taken_once(
        self, sign_in: SignIn, ada: str, network: str, secret: str, clock: MovedClock
    ) -> None:
        await sign_in.check(ada, PASSWORD, code(secret, clock), network)
        with pytest.raises(SignInRefusedError):
            await sign_in.check(ada, PASSWORD, code(secret, clock), network)
        clock.move(PERIOD)
        await sign_in.check(ada, PASSWORD, code(secret, clock), network)

    @pytest.mark.parametrize(("periods", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    async def test_a_clock_may_be_one_period_away(
        self, sign_in: SignIn, ada: str, network: str, secret: str, clock: MovedClock, periods: int, is_taken: bool
    ) -> None:
        clock.move(10 * PERIOD)
        shown = pyotp.TOTP(secret).at(clock.now() + periods * PERIOD)
        outcome = await asyncio.gather(sign_in.check(ada, PASSWORD, shown, network), return_exceptions=True)
        assert isinstance(outcome[0], Exception) is not is_taken

    async def test_whoever_lost_the_device_is_helped_by_the_command(
        self, sign_in: SignIn, accounts: Accounts, ada: str, network: str, secret: str
    ) -> None:
        await accounts.drop_one_time_passwords(ada)
        assert not (await sign_in.check(ada, PASSWORD, None, network)).has_totp

    async def test_a_wrong_first_code_switches_nothing_on(
        self, sign_in: SignIn, accounts: Accounts, ada: str, network: str
    ) -> None:
        operator = structs.replace(await sign_in.check(ada, PASSWORD, None, network))
        with pytest.raises(ValueError, match="This is not the code that the app shows now"):
            await accounts.require_one_time_passwords(operator, new_secret(), "000000")
        assert (await sign_in.check(ada, PASSWORD, None, network)).email == ada

    def test_apps_are_told_whose_code_it_is(self) -> None:
        secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        url = enrolment_url(secret, "ada@example.org")
        assert url == f"otpauth://totp/Addressee:ada%40example.org?secret={secret}&issuer=Addressee"
