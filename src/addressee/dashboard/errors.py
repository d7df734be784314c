"""The errors by which the dashboard refuses requests."""

from __future__ import annotations

from addressee.operators.model import Role


class SignInNeededError(Exception):
    """The browser has no session."""

    def __init__(self) -> None:
        super().__init__("Sign in to see this page.")


class RoleNeededError(Exception):
    """The operator's role in the environment does not allow this."""

    def __init__(self, role: Role) -> None:
        article = "an" if role in {Role.EDITOR, Role.ADMIN} else "a"
        super().__init__(f"This takes the role of {article} {role} in this environment. An admin can give it to you.")


class EnvironmentUnknownError(Exception):
    """There is no such environment, or the operator has no role there: which of both is not said."""

    def __init__(self) -> None:
        super().__init__("There is no such environment, or you have no role in it. An admin can give you one.")


class FormExpiredError(Exception):
    """The form was shown to another browser, or before the operator signed in or out."""

    def __init__(self) -> None:
        super().__init__("This form is not valid any more. Go back, load the page again, and send it once more.")


class PageMissingError(Exception):
    """There is nothing at this address."""

    def __init__(self, message: str = "There is no such page.") -> None:
        super().__init__(message)
