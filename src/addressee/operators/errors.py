"""The errors by which signing in and changes of accounts are refused."""

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


class FirstCodeWrongError(ValueError):
    """The code that should confirm a secret is not the one that it makes now."""

    def __init__(self) -> None:
        super().__init__("This is not the code that the app shows now; check the clock of your device.")


class AccountExistsError(ValueError):
    """The e-mail address has an account already."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has an account already.")


class InvitedElsewhereError(ValueError):
    """The e-mail address has an open invitation to environments that this one is not for."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has an open invitation to another environment. Once it is accepted, invite again.")


class NotMemberError(Exception):
    """The operator has no role in the environment, or there is no such operator."""

    def __init__(self) -> None:
        super().__init__("There is no such operator in this environment.")


class LastAdminError(Exception):
    """Without this operator, nobody would be left who administers an environment."""

    def __init__(self) -> None:
        super().__init__("An environment must keep an admin who may sign in. Make somebody else one first.")


class NotAdministeredError(Exception):
    """The other operator has roles in environments that this one does not administer."""

    def __init__(self) -> None:
        super().__init__(
            "This account has roles in environments of which you are no admin. Take away its role in this environment,"
            " or ask an admin of all of them."
        )
