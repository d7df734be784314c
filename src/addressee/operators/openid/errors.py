"""The errors of signing in by a provider. Messages hold no secrets, tokens or words of the provider."""

from __future__ import annotations


class OpenIdError(Exception):
    """Signing in did not work; the message says what to do."""


class StaleSignInError(OpenIdError):
    """A sign-in that was begun in another browser, or too long ago, or never."""

    def __init__(self) -> None:
        super().__init__("This was begun in another browser, or too long ago. Sign in once more.")


class DeclinedError(OpenIdError):
    """The provider did not let the browser in; `code` is its code of the standard."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The provider did not let you in ({code}). Sign in once more, or ask whoever runs it.")


class ProviderUnavailableError(OpenIdError):
    """The provider is not reached, or does not answer as it should."""

    def __init__(self) -> None:
        super().__init__("The provider does not answer as it should. Try again in a moment, or use your password.")


class NotTrustedError(OpenIdError):
    """An answer of the provider cannot be trusted."""

    def __init__(self) -> None:
        super().__init__("What the provider said could not be verified. Sign in once more, or use your password.")


class AddressUnverifiedError(OpenIdError):
    """The provider does not say that the e-mail address belongs to whoever signs in."""

    def __init__(self) -> None:
        super().__init__("The provider does not say that it has verified your e-mail address. Verify it there first.")


class NoAccountError(OpenIdError):
    """The e-mail address has no account, or one that is disabled."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has no account here that may sign in. Ask an admin to invite you.")
