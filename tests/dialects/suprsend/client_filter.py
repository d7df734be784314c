"""Which store a notification belongs to, as clients decide it themselves (realtime-suprsend.md §4).

Written from the contract's words alone: it shares nothing with the server.
"""

from __future__ import annotations

from typing import Any


def belongs(notification: dict[str, Any], store: dict[str, Any] | None) -> bool:
    query = (store or {}).get("query", {})
    wanted_tags = query.get("tags", {}).get("or", [])
    wanted_categories = query.get("categories", {}).get("or", [])
    is_read = notification["read_on"] is not None
    return (
        query.get("read") in (None, is_read)
        and bool(notification["archived"]) == bool(query.get("archived"))
        and (not wanted_tags or any(tag in notification["tags"] for tag in wanted_tags))
        and (not wanted_categories or notification["n_category"] in wanted_categories)
    )
