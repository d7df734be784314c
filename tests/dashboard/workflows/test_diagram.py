"""Diagrams show every step of a workflow once, and nothing lies upon something else or outside of the picture."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.conditions.model import Condition, Conditions
from addressee.dashboard.workflows.diagrams.diagram import Box, Diagram, End, Label, diagram_of
from addressee.messaging.steps.flow.entry import ENTRY
from addressee.messaging.steps.waiting.delay import DelayStep
from addressee.messaging.workflows.outline import Node, OutlinedBranch, every_node, outline
from tests.support.workflow_files import WORKFLOW_FILES, definition_in

IF_PAID = Conditions(((Condition("data.paid", "equal_to", True),),))


def check(diagram: Diagram, refs: Counter[str]) -> None:
    things: list[Box | Label | End] = [*diagram.boxes, *diagram.labels, *diagram.ends]
    assert Counter(box.step.ref for box in diagram.boxes) == refs
    for each in things:
        assert 0 <= each.x <= each.x + each.width <= diagram.width
        assert 0 <= each.y <= each.y + each.height <= diagram.height
    for one, other in combinations(things, 2):
        assert (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        ), (one, other)


@pytest.mark.parametrize("file", WORKFLOW_FILES, ids=str)
def test_a_workflow_of_the_corpus(file: str) -> None:
    nodes = outline(definition_in(file).workflow.steps)
    check(diagram_of(nodes), Counter({ENTRY} | {node.ref for node in every_node(nodes)}))


texts = st.text(max_size=60)


def nested(inner: st.SearchStrategy[list[Node]]) -> st.SearchStrategy[list[Node]]:
    branches = st.lists(
        st.builds(OutlinedBranch, texts, inner, st.sampled_from([None, IF_PAID]), st.none(), st.booleans()),
        min_size=1,
        max_size=4,
    )
    node = st.builds(lambda ref, branches: Node(ref, (DelayStep(ref=ref or "a"),), branches), texts, branches)
    return st.lists(node, min_size=1, max_size=3)


plain = st.lists(st.builds(lambda ref: Node(ref, (DelayStep(ref=ref or "a"),)), texts), max_size=3)


@given(st.recursive(plain, nested, max_leaves=12))
def test_any_steps_and_branches(nodes: list[Node]) -> None:
    check(diagram_of(nodes), Counter([ENTRY, *(node.ref for node in every_node(nodes))]))
