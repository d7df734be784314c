"""What becomes of exceptions that no room expects."""

import asyncpg
import msgspec
import pytest

from addressee.api.call import RequestInfo
from addressee.dialects.knock import KNOCK
from addressee.http.failures import failure

REQUEST = RequestInfo("req-1", "http://localhost")


@pytest.mark.parametrize("error", [asyncpg.DeadlockDetectedError(), asyncpg.SerializationError()])
def test_a_transaction_that_gave_way_to_others_may_be_tried_again(error: Exception) -> None:
    answer = failure(KNOCK.error, error, REQUEST)
    assert (answer.status, msgspec.json.decode(answer.body)["code"]) == (503, "service_unavailable")
    assert answer.headers == {"retry-after": "1"}


def test_of_an_internal_error_nothing_is_told() -> None:
    answer = failure(KNOCK.error, ValueError("ada@example.com"), REQUEST)
    assert answer.status == 500
    assert b"ada@example.com" not in answer.body
