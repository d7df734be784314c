"""The environments that a key opens."""

from __future__ import annotations

from typing import NamedTuple

from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.management.shapes import environments as shapes
from addressee.dialects.management.wire.errors import missing
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.pages import page_info, page_of
from addressee.dialects.management.wire.query import PAGING, Query
from addressee.directory.access.environments import Environments

routes = Routes(keys=SERVICE)


class Position(NamedTuple):
    order: int
    slug: str


@routes.get("/v1/environments", "environments.list", query=PAGING, response=shapes.Environments)
async def list_all(call: Call) -> shapes.Environments:
    """List the environments that the key opens, in the order in which changes are promoted."""
    request = Query(call.query_string).page(Position)
    page = page_of(await environments_of(call), request, lambda each: Position(each.order, each.slug))
    return shapes.Environments(entries=list(page.entries), page_info=page_info(page))


@routes.get("/v1/environments/{environment_slug}", "environments.get", response=shapes.Environment)
async def get(call: Call) -> shapes.Environment:
    """Get an environment."""
    slug = call.path["environment_slug"]
    for environment in await environments_of(call):
        if environment.slug == slug:
            return environment
    raise missing(f"The environment {slug!r}")


async def environments_of(call: Call) -> list[shapes.Environment]:
    created = await Environments(call.services.directory.pool).creation_times()
    return [
        shapes.Environment(
            slug=environment.name,
            name=environment.name,
            order=environment.id,
            owner="system",
            created_at=created[environment.id],
            updated_at=created[environment.id],
        )
        for environment in call.caller.environments.values()
    ]
