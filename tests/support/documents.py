"""Hypothesis strategies for JSON documents that the directory takes."""

from hypothesis import strategies as st

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
numbers = st.integers(-(2**62), 2**62) | st.floats(-1e15, 1e15, allow_subnormal=False)
scalars = st.none() | st.booleans() | numbers | text
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["plan", "city", "tags", "count", "nested"]) | text
documents = st.dictionaries(names, values, max_size=4)
