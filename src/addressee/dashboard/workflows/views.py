"""Views of workflows, as pages show them: steps, their words, diagrams and templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from addressee.dashboard.workflows.diagrams.diagram import Diagram, diagram_of
from addressee.dashboard.workflows.words.steps import DescribedStep, branch_words, described
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.flow.entry import ENTRY
from addressee.messaging.workflows.model import Workflow
from addressee.messaging.workflows.outline import Node, every_node, outline

# Of a text of a template, until all of it is asked for.
SHOWN_CHARACTERS = 2000

# Of the steps of a workflow in a list of workflows.
STEPS_IN_SHORT = 8


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A field of a template. `cut` says whether some of it is left out."""

    name: str
    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class ChannelTemplate:
    """The template of a channel step, a route's: one of several."""

    ref: str
    channel: str
    texts: Sequence[TemplateText]


@dataclass(frozen=True, slots=True)
class ListedBranch:
    name: str
    words: str
    ends: bool
    steps: Sequence[ListedStep]


@dataclass(frozen=True, slots=True)
class ListedStep:
    """A step in the list beside a diagram."""

    step: DescribedStep
    branches: Sequence[ListedBranch]


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """A version of a workflow as its page shows it."""

    diagram: Diagram
    steps: Sequence[ListedStep]
    templates: Sequence[ChannelTemplate]


def view_of(workflow: Workflow, starts: Sequence[str] = (), *, whole: str | None = None) -> WorkflowView:
    """Returns what a page shows of a workflow. The templates of the step with the ref `whole` are not cut."""
    nodes = outline(workflow.steps)
    return WorkflowView(diagram_of(nodes, starts), listed(nodes), list(templates_of(nodes, whole)))


def listed(nodes: Sequence[Node]) -> Sequence[ListedStep]:
    return [
        ListedStep(
            described(node),
            [
                ListedBranch(each.name, branch_words(each, node), each.ends, listed(each.nodes))
                for each in node.branches
            ],
        )
        for node in nodes
    ]


def templates_of(nodes: Sequence[Node], whole: str | None) -> Iterator[ChannelTemplate]:
    for node in every_node(nodes):
        for step in node.steps:
            if isinstance(step, ChannelStep):
                values: Mapping[str, Any] = msgspec.to_builtins(step.template)
                texts = [
                    template_text(name, value, is_whole=step.ref == whole)
                    for name, value in values.items()
                    if name != "type" and value not in (None, {}, [], "")
                ]
                yield ChannelTemplate(step.ref, step.channel, texts)


def template_text(name: str, value: Any, *, is_whole: bool) -> TemplateText:
    text = value if isinstance(value, str) else pretty(value)
    is_cut = len(text) > SHOWN_CHARACTERS and not is_whole
    return TemplateText(name, text[:SHOWN_CHARACTERS] if is_cut else text, is_cut)


def pretty(value: Any) -> str:
    """Returns a value as JSON that people read."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


@dataclass(frozen=True, slots=True)
class StepsInShort:
    """The first steps of a workflow, nested ones too, and how many more there are."""

    steps: Sequence[DescribedStep]
    more: int


def in_short(workflow: Workflow) -> StepsInShort:
    nodes = [node for node in every_node(outline(workflow.steps)) if node.ref != ENTRY]
    shown = [described(node) for node in nodes[:STEPS_IN_SHORT]]
    return StepsInShort(shown, len(nodes) - len(shown))
