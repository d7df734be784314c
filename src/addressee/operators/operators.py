"""The operators room as one object."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from addressee.database.paging import CursorError
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.directory.clock import Clock
from addressee.operators.accounts import Accounts
from addressee.operators.acts import Acts
from addressee.operators.credentials.enrolments import Enrolments
from addressee.operators.invitations import Invitations
from addressee.operators.openid.settings import OpenIdSettings
from addressee.operators.openid.sign_ins import OpenId
from addressee.operators.roles import Roles
from addressee.operators.signing_in.sessions import Sessions
from addressee.operators.signing_in.sign_in import SignIn

CURSOR = "cursor of a page for operators"


class Operators:
    """The accounts of operators, what lets them in, and what they did. `openid` is None without a provider."""

    def __init__(
        self, pool: Pool, sealer: Sealer, clock: Clock | None = None, provider: OpenIdSettings | None = None
    ) -> None:
        self._sealer = sealer
        self.accounts = Accounts(pool, sealer, clock)
        self.acts = Acts(pool, clock)
        self.enrolments = Enrolments(sealer, clock)
        self.invitations = Invitations(pool, sealer, clock)
        self.roles = Roles(pool, clock)
        self.sessions = Sessions(pool, sealer, clock)
        self.sign_in = SignIn(pool, sealer, clock)
        self.openid = None if provider is None else OpenId(provider, sealer, clock or Clock())

    def form_token(self, browser: str) -> str:
        """Returns what the forms shown to a browser must send back, by the browser's secret cookie."""
        return self._sealer.token(f"form {browser}")

    def sealed_cursor(self, cursor: str) -> str:
        """Returns a cursor that holds what its reader may not see."""
        return urlsafe_b64encode(self._sealer.seal(cursor.encode(), CURSOR)).decode().rstrip("=")

    def opened_cursor(self, sealed: str) -> str:
        """Returns the cursor that was sealed. Raises CursorError."""
        try:
            return self._sealer.open(urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)), CURSOR).decode()
        except (ValueError, WrongMasterKeyError):
            raise CursorError("This is not a cursor of this list; leave it out to start from the front.") from None

    async def close(self) -> None:
        if self.openid is not None:
            await self.openid.close()
