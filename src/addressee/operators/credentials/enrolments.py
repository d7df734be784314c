"""Enrolments: the secret of one-time passwords between being shown and the first code that confirms it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.directory.clock import Clock
from addressee.operators.credentials.one_time_passwords import enrolment_url, new_secret, period_of
from addressee.operators.errors import EnrolmentInvalidError, FirstCodeWrongError
from addressee.operators.model import Operator

LIFE = timedelta(minutes=30)


class Enrolment(Struct, frozen=True):
    """A secret for an operator's app, its URL for a QR code, and `sealed`, by which the form brings it back."""

    secret: str
    url: str
    sealed: str


class Sealed(Struct, frozen=True):
    secret: str
    made_at: datetime


class Enrolments:
    """Makes secrets and reads them back. Nothing is stored meanwhile, and nobody can put in a secret of their own."""

    def __init__(self, sealer: Sealer, clock: Clock | None = None) -> None:
        self._sealer = sealer
        self._clock = clock or Clock()

    def begin(self, operator: Operator) -> Enrolment:
        secret = new_secret()
        document = msgspec.json.encode(Sealed(secret, self._clock.now()))
        return enrolment_of(
            operator, secret, urlsafe_b64encode(self._sealer.seal(document, purpose(operator))).decode()
        )

    def resume(self, operator: Operator, sealed: str) -> Enrolment:
        """Returns the enrolment that was sealed for this operator. Raises EnrolmentInvalidError."""
        try:
            document = self._sealer.open(urlsafe_b64decode(sealed.encode()), purpose(operator))
        except (WrongMasterKeyError, Error, ValueError):
            raise EnrolmentInvalidError from None
        found = msgspec.json.decode(document, type=Sealed)
        if found.made_at <= self._clock.now() - LIFE:
            raise EnrolmentInvalidError
        return enrolment_of(operator, found.secret, sealed)

    def check(self, enrolment: Enrolment, code: str) -> None:
        """Raises FirstCodeWrongError for a code that the secret does not make now."""
        if period_of(enrolment.secret, code, self._clock.now()) is None:
            raise FirstCodeWrongError


def enrolment_of(operator: Operator, secret: str, sealed: str) -> Enrolment:
    return Enrolment(secret, enrolment_url(secret, operator.email), sealed)


def purpose(operator: Operator) -> str:
    return f"enrolment {operator.id}"
