"""Payloads of NOTIFY: what goes in comes out, and each is as short as PostgreSQL demands."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.realtime.changes import MAX_PAYLOAD, NEW, FeedChange, FeedTopic, payloads_of, read_payload

FEEDS, OTHER_FEEDS = UUID(int=1), UUID(int=2)

TOPICS = st.builds(
    FeedTopic,
    st.integers(1, 2),
    st.sampled_from([FEEDS, OTHER_FEEDS]),
    st.sampled_from(["$users", "posts"]),
    st.text(min_size=1, max_size=256),
)
CHANGES = st.builds(
    FeedChange,
    TOPICS,
    st.sampled_from([NEW, "seen"]),
    st.lists(st.text("abc123", min_size=27, max_size=27), min_size=1, max_size=5).map(tuple),
    st.floats(0, 4e9),
)


def told(changes: list[FeedChange]) -> set[tuple[FeedTopic, str, str]]:
    return {(change.topic, change.kind, id) for change in changes for id in change.message_ids}


@given(st.lists(CHANGES, max_size=60))
def test_all_that_is_announced_is_read(changes: list[FeedChange]) -> None:
    payloads = payloads_of(changes)
    assert told([change for payload in payloads for change in read_payload(payload)]) == told(changes)
    assert all(len(payload.encode()) <= MAX_PAYLOAD for payload in payloads)


def test_a_page_of_500_people_is_a_few_payloads() -> None:
    changes = [FeedChange(FeedTopic(1, FEEDS, "$users", f"user-{n}"), NEW, (f"{n:027}",)) for n in range(500)]
    assert len(payloads_of(changes)) == 4


def test_changes_of_one_feed_become_one() -> None:
    topic = FeedTopic(1, FEEDS, "$users", "ada")
    payloads = payloads_of([FeedChange(topic, "read", ("a",), 12.5), FeedChange(topic, "read", ("b",), 12.25)])
    assert payloads == ['[1,"00000000-0000-0000-0000-000000000001","read",[["$users","ada",["a","b"]]],12.25]']


def test_payloads_of_the_version_before_have_no_time() -> None:
    topic = FeedTopic(1, FEEDS, "$users", "ada")
    payload = '[1,"00000000-0000-0000-0000-000000000001","read",[["$users","ada",["a","b"]]]]'
    assert read_payload(payload) == [FeedChange(topic, "read", ("a", "b"))]


def test_more_messages_than_a_payload_holds_are_not_named() -> None:
    topic = FeedTopic(1, FEEDS, "$users", "ada")
    changes = [FeedChange(topic, "read", (f"{n:027}",)) for n in range(500)]
    assert [read_payload(payload) for payload in payloads_of(changes)] == [[FeedChange(topic, "read")]]
