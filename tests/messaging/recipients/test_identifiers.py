from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.recipients.identifiers import derived_ksuid, event_id, ksuid, log_id, moment, recipient_run_id

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


LAST = datetime(2150, 6, 18, 10, 28, 15, 999_999, tzinfo=UTC)
MESSAGE = derived_ksuid(AT, "message")


@given(
    st.tuples(
        st.datetimes(datetime(2015, 1, 1), LAST.replace(tzinfo=None), timezones=st.just(UTC)), st.integers(0, 31)
    ),
    st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=300)]),
    st.integers(0, 31),
)
def test_ids_of_events_sort_as_the_events_happened(first: tuple[datetime, int], later: timedelta, rank: int) -> None:
    at, second = first[0], (min(first[0] + later, LAST), rank)
    ids = [moment(*first) + "z" * 16, moment(*second) + "0" * 16]
    assert (ids[0] < ids[1]) is (first < second)
    assert all(len(id) == 27 for id in ids)
    assert ids[0] >= ksuid(at, bytes(16))


def test_an_event_has_an_id_of_its_message_and_its_moment() -> None:
    ids = {
        event_id(moment(AT, 0), MESSAGE),
        event_id(moment(AT, 1), MESSAGE),
        event_id(moment(AT + timedelta(microseconds=1), 0), MESSAGE),
        event_id(moment(AT, 0), derived_ksuid(AT, "another message")),
    }
    assert len(ids) == 4
    assert event_id(moment(AT, 0), MESSAGE) in ids


def test_ids_of_logs_sort_by_the_microsecond() -> None:
    moments = [AT, AT + timedelta(microseconds=1), AT + timedelta(seconds=1)]
    ids = [log_id(at, "send", "1") for at in moments]
    assert ids == sorted(ids)
    assert len({*ids, log_id(AT, "send", "2")}) == 4


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
