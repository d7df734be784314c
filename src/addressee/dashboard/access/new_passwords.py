"""New passwords, as they are entered twice. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.operators.credentials.passwords import check_password


def problem_of(password: str, again: str, email: str) -> Mapping[str, str] | None:
    """Returns what is wrong with a new password, by field; None when nothing is."""
    try:
        check_password(password, email)
    except ValueError as error:
        return {"password": str(error)}
    return None if password == again else {"again": "This is not the same password."}
