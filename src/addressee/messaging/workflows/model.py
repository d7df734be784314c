"""Workflows in the form in which each version is stored."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from addressee.database.jobs.queue import Priority
from addressee.messaging.content.attachments import FOR_ALL
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.definitions.model import Definition, Name
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.kinds import AnyStep

# By their content, so none is ever out of date.
CACHED_VERSIONS = 64

# A step of a file may be stored as several.
MAX_STORED_STEPS = 500


class WorkflowPriority(StrEnum):
    """The priority of a workflow: that of the jobs which carry out its runs."""

    CRITICAL = "critical"
    NORMAL = "normal"
    BULK = "bulk"

    @property
    def of_jobs(self) -> Priority:
        return Priority[self.name]


# As long as Knock's.
WorkflowName = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Workflow(Definition, frozen=True, kw_only=True, omit_defaults=True):
    """A version of a workflow. A trigger's `data` must fit the JSON schema `trigger_data_schema`.

    `commercial` workflows reach only recipients subscribed to commercial messages. `override_preferences` ignores
    preferences. With `in_preferences`, recipients who have not chosen about it see it in their preferences too. Its
    e-mails that may be refused say in their headers where, unless `list_unsubscribe` is false. `partials` are the
    keys of those that its texts render themselves, `namespaces` those in which they look up texts of a locale.
    """

    name: WorkflowName
    categories: tuple[Name, ...] = ()
    steps: Annotated[tuple[AnyStep, ...], msgspec.Meta(min_length=1, max_length=MAX_STORED_STEPS)]
    trigger_data_schema: dict[str, Any] | None = None
    commercial: bool = False
    override_preferences: bool = False
    in_preferences: bool = False
    description: str | None = None
    tags: tuple[Name, ...] = ()
    priority: WorkflowPriority = WorkflowPriority.NORMAL
    list_unsubscribe: bool = True
    partials: tuple[Name, ...] = ()
    namespaces: tuple[str, ...] = ()

    @property
    def attachment_keys(self) -> list[str]:
        """The keys in a trigger's data that describe attachments of its e-mails."""
        templates = [step.template for step in self.steps if isinstance(step, ChannelStep)]
        return sorted({FOR_ALL, *(each.attachment_key for each in templates if isinstance(each, EmailTemplate))})

    @property
    def layouts(self) -> list[str]:
        """The keys of the layouts of its e-mails."""
        templates = (step.template for step in self.steps if isinstance(step, ChannelStep))
        return sorted({each.layout for each in templates if each.layout is not None})

    @property
    def critical(self) -> bool:
        """Returns whether its messages go out in quiet hours too."""
        return self.override_preferences or self.priority is WorkflowPriority.CRITICAL


@lru_cache(maxsize=CACHED_VERSIONS)
def read_version(content: bytes) -> Workflow:
    """Returns the workflow that a stored version holds. Contents that were read before are not read again.

    Steps have no tag until the migration 0006_tagged_steps is finished: a channel step is an object without `type`, a
    delay is an array of its `ref` and `wait`.
    """
    stored = msgspec.json.decode(content)
    return msgspec.convert({**stored, "steps": [tagged(step) for step in stored["steps"]]}, Workflow)


def tagged(step: Any) -> dict[str, Any]:
    if isinstance(step, list):
        return {"type": "delay", "ref": step[0], "wait": step[1]}
    return {"type": "channel", **step}
