"""Conditions of a write: the recipient is still the one that was looked at, or there is none."""

from __future__ import annotations

import pytest
from msgspec import structs

from addressee.directory.edits.expectations import Expect, ExpectNobody
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Recipient
from tests.directory.edits.test_recipients import CONTEXT, HERE, NEW_UID, ada, tombstone


def test_who_is_as_expected_stays_the_same_object() -> None:
    found = ada()
    assert Expect(found.uid).apply(found, HERE, CONTEXT) is found
    assert Expect(found.uid, found.version).apply(found, HERE, CONTEXT) is found


@pytest.mark.parametrize("found", [None, tombstone(), structs.replace(ada(), uid=NEW_UID)])
def test_who_is_gone_or_somebody_else_is_refused(found: Recipient | None) -> None:
    with pytest.raises(RefusedError, match=r"^ada was deleted meanwhile\.$") as refused:
        Expect(ada().uid).apply(found, HERE, CONTEXT)
    assert refused.value.reason == "changed"


def test_another_version_is_refused() -> None:
    with pytest.raises(RefusedError, match="it has version 7, not 6 any more") as refused:
        Expect(ada().uid, 6).apply(ada(), HERE, CONTEXT)
    assert (refused.value.reason, refused.value.field) == ("changed", "version")


@pytest.mark.parametrize("found", [None, tombstone()])
def test_a_place_where_nobody_lives_is_free(found: Recipient | None) -> None:
    assert ExpectNobody().apply(found, HERE, CONTEXT) is found


def test_a_place_where_somebody_lives_is_taken() -> None:
    with pytest.raises(RefusedError, match=r"^There is somebody with the id ada already\.$") as refused:
        ExpectNobody().apply(ada(), HERE, CONTEXT)
    assert (refused.value.reason, refused.value.field) == ("taken", "id")
