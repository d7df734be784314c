"""Excerpts of documents that are too large for a page."""

from __future__ import annotations

from addressee.dashboard.person.excerpts import Excerpt


def test_what_is_small_stays_whole() -> None:
    document = {"a": [1, None, True, {"b": "c"}], "d": {}}
    excerpt = Excerpt()
    assert excerpt.of(document) == document
    assert not excerpt.is_cut


def test_long_texts_and_lists_are_cut() -> None:
    excerpt = Excerpt()
    assert excerpt.of({"text": "x" * 500, "list": list(range(200))}) == {
        "text": "x" * 400 + "…",
        "list": list(range(100)),
    }
    assert excerpt.is_cut


def test_all_excerpts_together_have_an_end() -> None:
    excerpt = Excerpt()
    document = {f"key{number}": "x" * 300 for number in range(100)}
    first, second = excerpt.of(document), excerpt.of(document)
    assert sum(map(len, first.values())) < 20_000
    assert second == {}
    assert excerpt.is_cut
