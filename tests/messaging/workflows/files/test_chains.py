"""Chains of partials: compared with all walks that there are, for any graph."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from addressee.messaging.workflows.files.chains import MAX_DEPTH, chain_from, chains_without_end

KEYS = "abcdefgh"
GRAPHS = st.fixed_dictionaries({key: st.frozensets(st.sampled_from(KEYS), max_size=2) for key in KEYS})


def walks(key: str, renders: Mapping[str, frozenset[str]], length: int) -> Iterator[tuple[str, ...]]:
    """Yields the walks of a number of keys that begin with one."""
    if length == 1:
        yield (key,)
        return
    for following in renders[key]:
        yield from ((key, *walk) for walk in walks(following, renders, length - 1))


@given(GRAPHS)
def test_a_chain_is_found_where_there_is_one_too_deep(renders: Mapping[str, frozenset[str]]) -> None:
    for key in KEYS:
        chain = chain_from(key, renders)
        is_too_deep = any(True for _ in walks(key, renders, MAX_DEPTH + 1))
        assert (chain is not None) == is_too_deep
        if chain is not None:
            assert chain.keys[0] == key
            assert all(after in renders[before] for before, after in pairwise(chain.keys))
            assert chain.keys[-1] == key or len(chain.keys) == MAX_DEPTH + 1


@given(GRAPHS)
def test_something_is_told_of_each_graph_that_does_not_end(renders: Mapping[str, frozenset[str]]) -> None:
    is_too_deep = any(True for key in KEYS for _ in walks(key, renders, MAX_DEPTH + 1))
    assert any(True for _ in chains_without_end(renders)) == is_too_deep


def test_many_partials_that_render_each_other_are_no_work() -> None:
    layers = [[f"{layer}-{number}" for number in range(100)] for layer in range(MAX_DEPTH)]
    renders = {key: frozenset(below) for above, below in pairwise(layers) for key in above}
    assert list(chains_without_end(renders)) == []
