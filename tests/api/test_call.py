"""What makes two requests the same one."""

from typing import Any, cast

import pytest

from addressee.api.call import Call, RequestInfo
from addressee.dialects.knock.routes.users import routes
from addressee.dialects.knock.wire.authentication import Caller
from addressee.dialects.knock.wire.tokens import Token

UPDATE = next(operation for operation in routes if operation.name == "users.update")
ADA = Token("ada", {}, explicit=False)


def call(**changes: Any) -> Call:
    nothing = cast(Any, None)
    parts = {"operation": UPDATE, "path": {"user_id": "ada"}, "query_string": "", "body": b'{"a": 1, "b": 2}'}
    given = {"caller": Caller(), "headers": {}, "info": RequestInfo("one", "http://here"), **parts, **changes}
    return Call(services=nothing, credential=nothing, **given)


@pytest.mark.parametrize(
    "same",
    [{"body": b'{"b":2,"a":1}'}, {"info": RequestInfo("two", "http://there")}, {"headers": {"user-agent": "another"}}],
)
def test_a_request_is_what_it_says(same: dict[str, Any]) -> None:
    assert call(**same).fingerprint == call().fingerprint


@pytest.mark.parametrize(
    "other",
    [
        {"body": b'{"a": 1, "b": 3}'},
        {"body": b""},
        {"path": {"user_id": "bob"}},
        {"query_string": "user_shape=nested"},
        {"caller": Caller(ADA)},
        {"caller": None, "path": {"user_id": "bob"}},
    ],
)
def test_another_request_is_another(other: dict[str, Any]) -> None:
    assert call(**other).fingerprint != call().fingerprint
