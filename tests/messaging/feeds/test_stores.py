"""What stores have of an inbox, by its counts."""

import pytest

from addressee.messaging.feeds.stores import Kind, Store, StoreCounts, count

TAGS = {"sale": ["shop", "weekly"], "order": ["shop"]}
KINDS = [
    Kind("sale", "promotional", False, total=10, unread=4, fresh=0, looked_at=0),
    Kind("order", "transactional", False, total=20, unread=5, fresh=0, looked_at=0),
    Kind("order", "transactional", True, total=40, unread=6, fresh=0, looked_at=0),
    Kind("welcome", None, False, total=80, unread=7, fresh=0, looked_at=0),
]


@pytest.mark.parametrize(
    ("store", "total", "unread"),
    [
        (Store(), 110, 16),
        (Store(is_archived=True), 40, 6),
        (Store(is_read=False), 16, 16),
        (Store(is_read=True), 94, 0),
        (Store(tags=["weekly"]), 10, 4),
        (Store(tags=["weekly", "shop"]), 30, 9),
        (Store(tags=["unknown"]), 0, 0),
        (Store(categories=["transactional"]), 20, 5),
        (Store(categories=["transactional", "promotional"]), 30, 9),
        (Store(tags=["shop"], categories=["promotional"]), 10, 4),
        (Store(tags=["shop"], is_read=True, is_archived=True), 34, 0),
    ],
)
def test_a_store_has_what_meets_all_its_conditions(store: Store, total: int, unread: int) -> None:
    assert count(store, KINDS, TAGS) == StoreCounts(total, unread)


def test_without_tags_all_workflows_are_its() -> None:
    assert Store().workflows(TAGS) is None
    assert Store(tags=["shop"]).workflows(TAGS) == ["sale", "order"]
    assert Store(tags=["unknown"]).workflows(TAGS) == []
