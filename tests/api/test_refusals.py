"""An exception is classified once, whatever a dialect makes of it."""

from http import HTTPStatus

import pytest

from addressee.api.errors import EncodingError, ParameterError
from addressee.api.refusals import Refusal, refusal_of
from addressee.api.requests.bodies import MisshapenError
from addressee.directory.errors import OverloadedError, RefusedError
from addressee.messaging.errors import DataFailure, DataInvalidError


@pytest.mark.parametrize(
    "error",
    [
        RefusedError("type", "a.b", "a.b is wrong."),
        MisshapenError("a.b", "a.b is wrong."),
        ParameterError("a.b", "a.b is wrong."),
    ],
)
def test_a_wrong_value_is_named(error: Exception) -> None:
    assert refusal_of(error) == Refusal(
        "invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "a.b is wrong.", [("a.b", "a.b is wrong.")]
    )


def test_every_failure_of_data_is_named() -> None:
    failures = (DataFailure("data.a", "x"), DataFailure("data.b", "y"))
    assert refusal_of(DataInvalidError(failures)).fields == [("data.a", "x"), ("data.b", "y")]


def test_headers_say_what_to_do() -> None:
    assert refusal_of(OverloadedError()).headers == {"retry-after": "1"}
    assert refusal_of(EncodingError("br")).headers == {"accept-encoding": "gzip, deflate"}


def test_nothing_is_shown_of_an_exception_that_is_not_known() -> None:
    refusal = refusal_of(ValueError("a secret"))
    assert (refusal.kind, refusal.status) == ("internal_error", 500)
    assert "secret" not in refusal.message
