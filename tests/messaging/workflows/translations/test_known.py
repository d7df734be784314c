"""Texts of translations are read and decoded once for each version of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from addressee.messaging.workflows.translations import store
from addressee.messaging.workflows.translations.known import DecodedTexts, TextsVersion
from addressee.messaging.workflows.translations.store import read_texts
from tests.messaging.office import Office

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def version(tag: str, row: str = "1") -> TextsVersion:
    return TextsVersion(1, tag, "", row, NOW)


def test_those_asked_for_least_recently_go_first() -> None:
    texts = DecodedTexts(max_bytes=100)
    for tag in ("de", "fr"):
        texts.keep(version(tag), {"hi": tag}, 40)
    assert texts.find(version("de")) == {"hi": "de"}
    texts.keep(version("nl"), {"hi": "nl"}, 60)
    assert [texts.find(version(tag)) for tag in ("de", "fr", "nl")] == [{"hi": "de"}, None, {"hi": "nl"}]


def test_what_is_larger_than_all_may_be_is_not_kept() -> None:
    texts = DecodedTexts(max_bytes=100)
    texts.keep(version("de"), {"hi": "de"}, 100)
    texts.keep(version("fr"), {"hi": "fr"}, 101)
    assert (texts.find(version("de")), texts.find(version("fr"))) == ({"hi": "de"}, None)


def test_what_is_kept_again_counts_once() -> None:
    texts = DecodedTexts(max_bytes=100)
    for _ in range(3):
        texts.keep(version("de"), {"hi": "de"}, 50)
    texts.keep(version("fr"), {"hi": "fr"}, 50)
    assert texts.find(version("de")) == {"hi": "de"}


class CountingPool:
    """A pool that counts the bytes of texts that are read."""

    def __init__(self, office: Office) -> None:
        self._pool = office.pool
        self.bytes = 0

    async def fetch(self, *statement: Any) -> Any:
        rows = await self._pool.fetch(*statement)
        self.bytes += sum(len(row["texts"]) for row in rows if "texts" in row)
        return rows


async def read(office: Office) -> tuple[int, str | None]:
    """Returns the bytes of texts that were read, and a text of Belgians."""
    pool: Any = CountingPool(office)
    texts = await read_texts(pool, office.environment_id, "en", ["nl-BE"], ["shop"])
    return pool.bytes, texts.texts["nl"]["shop"].get("hi")


async def test_texts_are_read_once_until_they_change(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "DECODED", DecodedTexts())
    await office.push({"translations/nl/shop.nl.json": '{"hi": "Hoi"}', "translations/en/shop.en.json": '{"hi": "Hi"}'})
    first, text = await read(office)
    assert (first > 0, text) == (True, "Hoi")
    assert await read(office) == (0, "Hoi")
    # The clock stands still: the version is that of the row.
    await office.push({"translations/nl/shop.nl.json": '{"hi": "Dag"}'})
    changed, text = await read(office)
    assert (0 < changed < first, text) == (True, "Dag")
    assert await read(office) == (0, "Dag")


async def test_texts_that_do_not_fit_are_read_each_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "DECODED", DecodedTexts(max_bytes=1))
    await office.push({"translations/nl/shop.nl.json": '{"hi": "Hoi"}'})
    assert await read(office) == await read(office)
    assert (await read(office))[0] > 0
