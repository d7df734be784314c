"""How signing in and accounts are refused."""

from __future__ import annotations

from datetime import datetime


class SignInRefusedError(Exception):
    """The e-mail address, the password or the code is wrong. It is not said which, so that nobody learns by trying."""

    def __init__(self) -> None:
        super().__init__("The e-mail address, the password or the code is not right.")


class CodeNeededError(Exception):
    """The password is right, and the account asks for a one-time password besides."""

    def __init__(self) -> None:
        super().__init__("Enter the code that your authenticator app shows.")


class TooManyTriesError(Exception):
    """There were too many failed tries with this account, or from this address. The next may be made at `free_at`."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__("There were too many failed tries. Wait a little, then try again.")
        self.free_at = free_at


class OperatorMissingError(LookupError):
    """There is no operator with this e-mail address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"There is no operator {email!r}; `addressee operators list` shows them.")


class InvitationInvalidError(Exception):
    """An invitation that was used, has expired, or never was."""

    def __init__(self) -> None:
        super().__init__("This invitation does not work any longer. Ask whoever sent it to you for a new one.")


class EnrolmentInvalidError(Exception):
    """The secret of one-time passwords was shown too long ago, or to another operator."""

    def __init__(self) -> None:
        super().__init__("This code was shown too long ago. Scan the new one.")
