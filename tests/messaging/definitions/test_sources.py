"""Origins of values: what is called by another name keeps the lines it was read from."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Origin, Origins, Source

PATHS = st.lists(st.sampled_from(["a", "b", 0, 1]), max_size=4).map(tuple)


def origins_of(paths: list[FieldPath]) -> Origins:
    origins = Origins()
    for line, path in enumerate(paths):
        origins.setdefault(path, Origin("a.yaml", line, line))
    return origins


@given(st.lists(PATHS, max_size=20), PATHS)
def test_paths_within_one_are_found(paths: list[FieldPath], path: FieldPath) -> None:
    found = list(origins_of(paths).within(path))
    assert set(found) == {each for each in paths if each[: len(path)] == path}
    assert len(found) == len(set(found))


@given(st.lists(PATHS, max_size=20), PATHS)
def test_what_is_renamed_has_the_origins_that_it_had(paths: list[FieldPath], path: FieldPath) -> None:
    source = Source("a.yaml", "a", origins=origins_of(paths))
    before = dict(source.origins)
    source.renamed(path, ("a",), ("c", "d"))
    moved = {
        (*path, "c", "d", *each[len(path) + 1 :]): at
        for each, at in before.items()
        if each[: len(path) + 1] == (*path, "a")
    }
    assert dict(source.origins) == before | moved


class Watched(Origins):
    """Origins that count how many of them are looked at."""

    looked_at = 0

    def __getitem__(self, path: FieldPath) -> Origin:
        self.looked_at += 1
        return super().__getitem__(path)

    def __iter__(self) -> Iterator[FieldPath]:
        self.looked_at += len(self)
        return super().__iter__()

    def items(self) -> Any:
        self.looked_at += len(self)
        return super().items()


def test_a_field_is_renamed_without_a_look_at_the_others() -> None:
    origins = Watched()
    for step in range(100):
        origins["steps", step, "template", "html@"] = Origin("a.yaml", step, step)
    source = Source("a.yaml", "a", origins=origins)
    for step in range(100):
        source.renamed(("steps", step, "template"), ("html@",), ("html",))
    assert origins.looked_at == 100
    assert source.origin(("steps", 7, "template", "html")) == Origin("a.yaml", 7, 7)
