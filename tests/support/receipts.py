"""Receipts of requests whose answer is their result's JSON."""

from typing import Any

import msgspec

from addressee.directory.writing.receipts import Receipt, StoredAnswer


def receipt(environment_id: int, key: str, *, says: bytes = b"1", request_id: str = "request-1") -> Receipt:
    return Receipt(environment_id, key, says, request_id, stored)


def stored(result: Any) -> StoredAnswer:
    return StoredAnswer(200, msgspec.json.encode(result))
