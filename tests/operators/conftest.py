"""Accounts and sessions on the tests' database, with a clock that stands still."""

from __future__ import annotations

import secrets

import pytest

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.operators.accounts import Accounts
from addressee.operators.invitations import Invitations
from addressee.operators.signing_in.sessions import Sessions
from addressee.operators.signing_in.sign_in import SignIn
from tests.support.clock import MovedClock

PASSWORD = "correct horse battery"


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(bytes(32))


@pytest.fixture
def accounts(pool: Pool, sealer: Sealer, clock: MovedClock) -> Accounts:
    return Accounts(pool, sealer, clock)


@pytest.fixture
def sessions(pool: Pool, sealer: Sealer, clock: MovedClock) -> Sessions:
    return Sessions(pool, sealer, clock)


@pytest.fixture
def sign_in(pool: Pool, sealer: Sealer, clock: MovedClock) -> SignIn:
    return SignIn(pool, sealer, clock)


@pytest.fixture
def invitations(pool: Pool, sealer: Sealer, clock: MovedClock) -> Invitations:
    return Invitations(pool, sealer, clock)


@pytest.fixture
def email() -> str:
    """An address of the test's own, as accounts belong to no environment."""
    return f"ada-{secrets.token_hex(6)}@example.org"


@pytest.fixture
def network() -> str:
    """A network address of the test's own."""
    return f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"
