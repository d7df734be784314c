"""Conversion of operators from rows of the database."""

from __future__ import annotations

import asyncpg
import msgspec

from addressee.operators.model import Operator, Role

# The number of columns of `operator_columns`.
COLUMNS = 7


def operator_from(row: asyncpg.Record) -> Operator:
    id, email, name, roles, has_totp, created_at, disabled_at = tuple(row)[:COLUMNS]
    return Operator(id, email, name, roles_from(roles), has_totp, created_at, disabled_at)


def roles_from(stored: bytes) -> dict[int, Role]:
    """Reads roles by the ids of environments, which are texts in JSON."""
    return msgspec.json.decode(stored, type=dict[int, Role])
