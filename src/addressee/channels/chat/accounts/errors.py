"""Errors of accounts."""

from __future__ import annotations

from addressee.channels.hiding import without
from addressee.channels.requests.exchange import ProviderAnswer, usual
from addressee.channels.sender import OF_CHANNEL, OF_MOMENT, Failed, Failure
from addressee.directory.errors import UnavailableError

# Failures that pass by themselves.
PASSING = (OF_CHANNEL | OF_MOMENT) - {Failure.CREDENTIALS}


class AccountRefusedError(Exception):
    """The provider does not let the product do this. The text is the provider's, and contains no secrets."""


def not_answered(provider: str, failed: Failed) -> UnavailableError | AccountRefusedError:
    """Returns the error of a request without a usable answer: UnavailableError if it may have one soon."""
    return away(provider) if failed.failure in PASSING else AccountRefusedError(failed.reason)


def refused(
    provider: str, answer: ProviderAnswer, words: str, *, passes: bool = False
) -> UnavailableError | AccountRefusedError:
    """Returns the error of an answer that is no success: UnavailableError if there may be another one soon."""
    if passes or usual(answer.status) in PASSING:
        return away(provider)
    return AccountRefusedError(without(words, answer.request.hidden) or f"HTTP {answer.status}")


def away(provider: str) -> UnavailableError:
    return UnavailableError(f"{provider} cannot answer now; try again in a moment.")
