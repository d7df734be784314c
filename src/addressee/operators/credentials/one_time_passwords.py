"""One-time passwords by time (RFC 6238), as authenticator apps show them."""

from __future__ import annotations

from datetime import datetime

import pyotp

ISSUER = "Addressee"
PERIOD_SECONDS = 30

# The clock of a phone may be one period away.
PERIODS_AROUND = (0, -1, 1)


def new_secret() -> str:
    return pyotp.random_base32()


def enrolment_url(secret: str, email: str) -> str:
    """Returns the URL that authenticator apps read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def period_of(secret: str, code: str, now: datetime) -> int | None:
    """Returns the period of which a code is, if it is about now; None for any other code."""
    current = int(now.timestamp()) // PERIOD_SECONDS
    totp = pyotp.TOTP(secret)
    written = "".join(code.split())
    for around in PERIODS_AROUND:
        period = current + around
        if pyotp.utils.strings_equal(totp.at(period * PERIOD_SECONDS), written):
            return period
    return None
