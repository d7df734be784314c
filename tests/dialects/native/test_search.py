"""Searching by HTTP: what is found, its pages, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.dialects.native.test_merges import identify

SEARCH = "/directory/v1/search"


def search(http: httpx.Client, **parameters: Any) -> dict[str, Any]:
    found: dict[str, Any] = http.get(SEARCH, params=parameters).raise_for_status().json()
    return found


def test_who_is_found_is_shown_as_stored(http: httpx.Client) -> None:
    identify(http, "u-1", name="Zoë Lovelace", email="zoe@example.org")
    (result,) = search(http, q="lovelace z")["results"]
    assert result["match"] == "name"
    assert result["recipient"]["id"] == "u-1"
    assert result["recipient"]["attributes"]["email"] == "zoe@example.org"


def test_pages_follow_each_other(http: httpx.Client) -> None:
    for number in range(5):
        identify(http, f"u-{number}", name="Ada")
    first = search(http, q="ada", limit=3)
    second = search(http, q="ada", limit=3, after=first["after"])
    found = [[each["recipient"]["id"] for each in page["results"]] for page in (first, second)]
    assert found == [["u-0", "u-1", "u-2"], ["u-3", "u-4"]]
    assert second["after"] is None


@pytest.mark.parametrize("text", ["", "   "])
def test_a_search_for_nothing_finds_nobody(http: httpx.Client, text: str) -> None:
    identify(http, "u-1", name="Ada")
    assert search(http, q=text) == {"results": [], "after": None}


def test_a_text_that_is_too_long_is_refused(http: httpx.Client) -> None:
    reply = http.get(SEARCH, params={"q": "x" * 257})
    assert reply.status_code == 422
    assert reply.json()["error"]["fields"] == [{"field": "q", "message": "q must have at most 256 characters."}]
