"""The types of events that an endpoint names."""

from __future__ import annotations

import pytest

from addressee.directory.errors import RefusedError
from addressee.messaging.webhooks.endpoints.types import check_types
from addressee.messaging.webhooks.model import PATTERNS, TYPES


def test_types_and_patterns_of_them_are_kept_once_in_their_order() -> None:
    given = ["recipient.*", "message.sent", "recipient.*", "workflow_recipient_run.completed"]
    assert check_types(given) == ("recipient.*", "message.sent", "workflow_recipient_run.completed")
    assert check_types([*PATTERNS, *TYPES]) == (*PATTERNS, *TYPES)
    assert PATTERNS == ("*", "message.*", "recipient.*", "workflow_recipient_run.*")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("message.snt", "message.sent"), ("recipient.deletd", "recipient.deleted"), ("Message.*", "message.*")],
)
def test_the_type_that_was_probably_meant_is_suggested(name: str, meant: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check_types(["message.sent", name])
    assert refused.value.message == f"types: there is no type {name!r}; did you mean {meant!r}?"
    assert refused.value.field == "types"


def test_an_endpoint_is_told_of_something() -> None:
    with pytest.raises(RefusedError, match="types must name at least one type of event; '\\*' is all of them"):
        check_types([])
