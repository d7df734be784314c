"""Identities as ULIDs."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from addressee.dialects.suprsend.wire.ulids import parse, ulid


@given(st.uuids())
def test_what_is_written_is_read(uid: UUID) -> None:
    written = ulid(uid)
    assert len(written) == 26
    assert parse(written) == parse(written.lower()) == uid


def test_they_sort_by_time() -> None:
    uids = [uuid7() for _ in range(100)]
    assert sorted(uids, key=ulid) == sorted(uids)


@pytest.mark.parametrize(
    ("uid", "written"),
    [(UUID(int=0), "0" * 26), (UUID(int=2**128 - 1), "7" + "Z" * 25), (UUID(int=33), "0" * 24 + "11")],
)
def test_known_ones(uid: UUID, written: str) -> None:
    assert (ulid(uid), parse(written)) == (written, uid)


@pytest.mark.parametrize("text", ["", "0" * 25, "0" * 27, "8" + "0" * 25, "I" * 26, "0" * 25 + "U", "٣" * 26])
def test_what_is_none(text: str) -> None:
    assert parse(text) is None
