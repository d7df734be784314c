"""Audiences: what all resources have, and archiving."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.management.routes.resources import Resource, Shapes
from addressee.dialects.management.shapes import resources as shapes
from addressee.dialects.management.shapes.commits import Result
from addressee.dialects.management.wire.errors import missing
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.query import ENVIRONMENT
from addressee.messaging.workflows.commits.model import ResourceKind
from addressee.messaging.workflows.deploying.archiving import archive_audience

# Knock's command line (1.1.2) means to ask for annotations, and loses the query when it pushes audiences.
AUDIENCES = Resource(
    ResourceKind.AUDIENCE,
    "/v1/audiences",
    "audience_key",
    "audience",
    "audience",
    Shapes(shapes.Audience, shapes.Audiences, shapes.OneAudience, shapes.PushedAudience),
    annotates=True,
)

ARCHIVED = Result(result="success")

archiving = Routes(keys=SERVICE)


@archiving.delete("/v1/audiences/{audience_key}", "audiences.archive", query=ENVIRONMENT, response=Result)
async def archive(call: Call) -> Result:
    """Delete an audience with its members in one environment. They stay users."""
    key = call.path["audience_key"]
    archived = await archive_audience(
        call.services.publishing,
        call.services.directory,
        call.environment.id,
        key,
        call.origin,
        receipt=call.receipt(lambda _: ARCHIVED),
    )
    if not archived:
        raise missing(f"The audience {key!r}")
    return ARCHIVED


routes = (*AUDIENCES.routes, *archiving)
