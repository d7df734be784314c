"""Routes for what Addressee does not support: lists are empty, so that clients can go on, and pushes are refused."""

from __future__ import annotations

from http import HTTPStatus
from typing import NoReturn

from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.management.shapes.common import PageInfo
from addressee.dialects.management.shapes.unsupported import Nothing
from addressee.dialects.management.wire.errors import ManagementError, missing
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.query import ENVIRONMENT, PAGING, Query

routes = Routes(keys=SERVICE)

LISTED = (*ENVIRONMENT, *PAGING)


@routes.get("/v1/branches", "branches.list", query=PAGING, response=Nothing)
async def list_branches(call: Call) -> Nothing:
    """List branches, of which there are none."""
    return nothing(call)


@routes.get("/v1/schemas", "schemas.list", query=LISTED, response=Nothing)
async def list_schemas(call: Call) -> Nothing:
    """List schemas, of which there are none."""
    return nothing(call)


@routes.get("/v1/guides", "guides.list", query=LISTED, response=Nothing)
async def list_guides(call: Call) -> Nothing:
    """List guides, of which there are none."""
    return nothing(call)


@routes.put("/v1/guides/{guide_key}", "guides.put", query=ENVIRONMENT)
async def put_guide(call: Call) -> NoReturn:
    """Refuse a guide."""
    raise unsupported("Guides")


@routes.put("/v1/guides/{guide_key}/validate", "guides.validate", query=ENVIRONMENT)
async def validate_guide(call: Call) -> NoReturn:
    """Refuse a guide."""
    raise unsupported("Guides")


@routes.put("/v1/guides/{guide_key}/activate", "guides.activate", query=ENVIRONMENT)
async def activate_guide(call: Call) -> NoReturn:
    """Refuse a guide."""
    raise missing(f"The guide {call.path['guide_key']!r}")


@routes.get("/v1/message_types", "message_types.list", query=LISTED, response=Nothing)
async def list_message_types(call: Call) -> Nothing:
    """List message types, of which there are none."""
    return nothing(call)


@routes.put("/v1/message_types/{message_type_key}", "message_types.put", query=ENVIRONMENT)
async def put_message_type(call: Call) -> NoReturn:
    """Refuse a message type."""
    raise unsupported("Message types")


@routes.put("/v1/message_types/{message_type_key}/validate", "message_types.validate", query=ENVIRONMENT)
async def validate_message_type(call: Call) -> NoReturn:
    """Refuse a message type."""
    raise unsupported("Message types")


def nothing(call: Call) -> Nothing:
    page = Query(call.query_string).page(str)
    return Nothing(entries=[], page_info=PageInfo(after=None, before=None, page_size=page.size))


def unsupported(plural: str) -> ManagementError:
    message = f"{plural} are not supported here, and nothing was stored; leave their folder out."
    return ManagementError("resource_missing", HTTPStatus.NOT_FOUND, message)
