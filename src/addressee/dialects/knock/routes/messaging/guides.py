"""In-app guides, of which there are none (knock.md §2.3, realtime-knock.md §4.6).

Knock's browser packages ask for them, and go on without: lists are empty, and no guide can be engaged with.
"""

from __future__ import annotations

from collections.abc import Callable

from addressee.api.call import Call
from addressee.api.operation import ANY_KEY
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Declaration, Routes
from addressee.dialects.knock.shapes import guides as shapes
from addressee.dialects.knock.wire.authentication import GUIDE_READ, GUIDE_WRITE
from addressee.dialects.knock.wire.errors import KnockError
from addressee.dialects.knock.wire.places import user_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import check_id

routes = Routes(keys=ANY_KEY)

GUIDES = "/v1/users/{user_id}/guides"


@routes.get(
    f"{GUIDES}/{{channel_id}}",
    "users.guides.get_channel",
    permission=GUIDE_READ,
    query=("data", "tenant", "type", "force_all_guides"),
    response=shapes.Guides,
)
async def list_guides(call: Call) -> shapes.Guides:
    """List a user's guides, of which there are none."""
    user_place(call)
    check_id(call.path["channel_id"], "channel_id")
    Query(call.query_string)
    return shapes.Guides(entries=[], guide_groups=[], guide_group_display_logs={}, ineligible_guides=[])


def declare(method: Callable[..., Declaration[shapes.Done]], path: str, name: str, summary: str) -> None:
    """Declares the route of an engagement with a guide."""

    @method(
        f"{GUIDES}/{path}",
        f"users.guides.{name}",
        summary=f"{summary}; there are none",
        permission=GUIDE_WRITE,
        request=shapes.GuideEngagement,
        response=shapes.Done,
    )
    async def engage(call: Call) -> shapes.Done:
        user_place(call)
        key = check_id(typed_body(call, shapes.GuideEngagement).guide_key, "guide_key")
        raise KnockError("resource_missing", f"The guide {key!r} was not found: this service has no in-app guides.")


declare(routes.put, "messages/seen", "mark_message_as_seen", "Mark a guide as seen")
declare(routes.put, "messages/interacted", "mark_message_as_interacted", "Mark a guide as interacted")
declare(routes.put, "messages/archived", "mark_message_as_archived", "Mark a guide as archived")
declare(routes.delete, "messages/archived", "unarchive_guide_message", "Mark a guide as not archived")
declare(routes.put, "engagements/reset", "reset_guide_engagements", "Forget what a user did with a guide")
