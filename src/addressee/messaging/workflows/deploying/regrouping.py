"""Workflows whose channel groups have changed: they are compiled again from the documents that they were pushed as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.environment.channel_groups import ChannelGroup
from addressee.messaging.workflows.commits.model import ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import live_commits
from addressee.messaging.workflows.configuration import Configuration
from addressee.messaging.workflows.deploying.documents import checked
from addressee.messaging.workflows.files.workflows import WorkflowDefinition

SQL = load(__package__)


async def regrouped(
    connection: Connection, environment_id: int, configuration: Configuration, before: Mapping[str, ChannelGroup]
) -> Sequence[WorkflowDefinition]:
    """Returns the workflows, other than those of a configuration, that name a channel group which it has changed.

    `before` are the groups as they were; what is stored now has the new ones. Whether a workflow is switched on stays
    as it is. Raises ConfigurationError for a workflow that cannot have its group any more.
    """
    changed = [each.key for each in configuration.channel_groups if before.get(each.key) != each.group]
    if not changed:
        return ()
    rows = await connection.fetch(*SQL["workflows_of_channel_groups"](environment_id=environment_id, groups=changed))
    pushed = {each.key for each in configuration.workflows}
    resources = [ResourceKey(ResourceKind.WORKFLOW, row["key"]) for row in rows if row["key"] not in pushed]
    commits = await live_commits(connection, environment_id, resources)
    documents = {resource: commit.document for resource, commit in commits.items()}
    found = await checked(connection, environment_id, documents)
    return [replace(each, active=None) for each in found.workflows]
