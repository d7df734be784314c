from datetime import UTC, datetime, timedelta
from uuid import UUID

from addressee.messaging.recipients.identifiers import derived_ksuid, event_id, ksuid, recipient_run_id

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_a_ksuid_is_the_one_of_its_specification() -> None:
    # The example of https://github.com/segmentio/ksuid.
    payload = bytes.fromhex("B5A1CD34B5F99D1154FB6853345C9735")
    assert ksuid(datetime.fromtimestamp(107608047 + 1_400_000_000, UTC), payload) == "0ujtsYcgvSTl8PAuAdqWYSMnLOv"


def test_the_largest_ksuid_has_27_characters() -> None:
    assert ksuid(datetime.fromtimestamp(2**32 - 1 + 1_400_000_000, UTC), b"\xff" * 16) == "aWgEPTl1tmebfsQzFP4bxwgy80V"


def test_derived_ids_are_the_same_for_the_same_parts() -> None:
    assert derived_ksuid(AT, "run", "step") == derived_ksuid(AT, "run", "step")
    assert derived_ksuid(AT, "run", "step") != derived_ksuid(AT, "runs", "tep")


def test_ids_of_events_sort_as_the_events_happened() -> None:
    moments = [(AT, 0), (AT, 1), (AT + timedelta(microseconds=1), 0), (AT + timedelta(seconds=1), 0)]
    ids = [event_id(at, ordinal, "message", "type") for at, ordinal in moments]
    assert ids == sorted(ids)
    assert len(set(ids)) == 4


def test_a_recipient_has_one_run_in_each_run() -> None:
    run = UUID(int=1)
    ids = {
        recipient_run_id(run, "$users", "a"),
        recipient_run_id(run, "$users", "b"),
        recipient_run_id(run, "$user", "sa"),
        recipient_run_id(UUID(int=2), "$users", "a"),
    }
    assert len(ids) == 4
    assert recipient_run_id(run, "$users", "a") in ids
