"""Hints at names that templates use and that have no value in a test run: they are probably misspelt. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from addressee.directory import attributes
from addressee.directory.recipient import Recipient
from addressee.messaging.content.templating import liquid
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.data.fetch import FetchStep
from addressee.messaging.steps.data.update_data import UpdateDataStep
from addressee.messaging.workflows.model import Workflow
from addressee.suggestions import nearest

DATA = "data"
RECIPIENT = "recipient"

# What templates see of a recipient besides attributes and properties.
OF_EVERY_RECIPIENT = frozenset({"id", "collection", "updated_at", "properties", *attributes.NAMES})


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A name below a root that a template of a step uses; None where the template computes it."""

    ref: str
    field: str
    line: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Hint:
    """A name without a value, and the one that was probably meant, if there is one like it."""

    use: TemplateUse
    root: str
    meant: str | None


def uses_in(workflow: Workflow, root: str) -> Iterator[TemplateUse]:
    """Yields where the templates of a workflow use a root, like `data`."""
    for step in workflow.steps:
        if not isinstance(step, ChannelStep):
            continue
        for path, text, environment in step.template.texts():
            try:
                uses = liquid.uses_of(text, root, environment)
            except liquid.TemplateError:
                continue
            for use in uses:
                yield TemplateUse(step.ref, ".".join(map(str, path)), use.line, use.name)


def hints(workflow: Workflow, data: Mapping[str, Any], recipient: Recipient) -> Iterator[Hint]:
    """Yields the names in templates that neither the data nor the recipient has a value of.

    Of a recipient these are only names like those that there are: many recipients lack a property that others have.
    """
    written = [step for step in workflow.steps if isinstance(step, FetchStep | UpdateDataStep)]
    for hint in unknown(workflow, DATA, data.keys()):
        if hint.meant is not None or not written:
            yield hint
    known = {*OF_EVERY_RECIPIENT, *recipient.attributes, *recipient.properties}
    yield from (hint for hint in unknown(workflow, RECIPIENT, known) if hint.meant is not None)


def unknown(workflow: Workflow, root: str, known: Collection[str]) -> Iterator[Hint]:
    for use in uses_in(workflow, root):
        if use.name is not None and use.name not in known:
            yield Hint(use, root, nearest(use.name, known))
