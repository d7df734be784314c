"""Answers to exceptions that a request raises."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg
import structlog

from addressee.api.answers import Answer
from addressee.api.call import RequestInfo
from addressee.database.pool import is_away
from addressee.directory.errors import UnavailableError
from addressee.logs import code_lines

SERVER_ERROR = 500

log = structlog.get_logger()


def failure(render: Callable[[Exception, RequestInfo], Answer], error: Exception, info: RequestInfo) -> Answer:
    """Returns the answer to an exception. Only an internal error is logged, and never its message."""
    if is_away(error):
        error = UnavailableError()
    if isinstance(error, asyncpg.TransactionRollbackError):  # a deadlock: nothing was kept, the same again succeeds
        error = UnavailableError("Other changes were in the way; try again in a moment.")
    answer = render(error, info)
    if answer.status == SERVER_ERROR:
        log.error("internal error", request_id=info.id, error=type(error).__name__, passed=code_lines(error))
    return answer
