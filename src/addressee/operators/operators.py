"""The operators room as one object."""

from __future__ import annotations

from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.operators.accounts import Accounts
from addressee.operators.acts import Acts
from addressee.operators.enrolments import Enrolments
from addressee.operators.invitations import Invitations
from addressee.operators.sessions import Sessions
from addressee.operators.sign_in import SignIn


class Operators:
    """The accounts of operators, what lets them in, and what they did."""

    def __init__(self, pool: Pool, sealer: Sealer, clock: Clock | None = None) -> None:
        self._sealer = sealer
        self.accounts = Accounts(pool, sealer, clock)
        self.acts = Acts(pool, clock)
        self.enrolments = Enrolments(sealer, clock)
        self.invitations = Invitations(pool, sealer, clock)
        self.sessions = Sessions(pool, sealer, clock)
        self.sign_in = SignIn(pool, sealer, clock)

    def form_token(self, browser: str) -> str:
        """Returns what the forms shown to a browser must send back, by the browser's secret cookie."""
        return self._sealer.token(f"form {browser}")
