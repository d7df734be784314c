"""Documents of resources, checked beside what is live in an environment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from addressee.database.pool import Connection
from addressee.messaging.workflows.available import Available, read_available
from addressee.messaging.workflows.commits.model import Document, ResourceKey
from addressee.messaging.workflows.configuration import Configuration, check_sources
from addressee.messaging.workflows.configuration_sources import document_sources


async def checked(
    connection: Connection, environment_id: int, documents: Mapping[ResourceKey, Document]
) -> Configuration:
    """Returns the configuration that documents define beside what is live. Raises ConfigurationError."""
    available = await read_available(connection, environment_id)
    # Whoever else this process serves goes on: reading and checking a hundred workflows takes seconds.
    return await asyncio.to_thread(configuration_of, documents, available)


def configuration_of(documents: Mapping[ResourceKey, Document], available: Available) -> Configuration:
    return check_sources(document_sources(documents), {}, available)
