"""What an operator does with one recipient: take everything out, leave nothing, ask why something would not arrive."""

from __future__ import annotations

from typing import Any

from addressee.api.bodies import typed_body
from addressee.api.operation import SECRET, Answer, Call, Operation, json_answer, no_content
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.places import OBJECT, USER, for_both, place_of, recipient_of
from addressee.dialects.native.wire.rendering import explanation
from addressee.directory.documents import check_id, check_value
from addressee.directory.recipient import USERS
from addressee.messaging.recipients.identity import Reference


async def export(call: Call) -> Answer:
    return Answer(stream=call.rooms.messaging.export(await recipient_of(call)))


async def purge(call: Call) -> Answer:
    await call.rooms.messaging.purge(
        call.rooms.directory, place_of(call), origin=call.origin, receipt=call.receipt(no_content)
    )
    return no_content()


async def explain(call: Call) -> Answer:
    given = typed_body(call, shapes.Explain)
    check_value(given.data, "data")
    explained = await call.rooms.messaging.explain(
        call.environment.id,
        Reference(*place_of(call)[1:]),
        check_id(given.workflow, "workflow"),
        tenant=None if given.tenant is None else check_id(given.tenant, "tenant"),
        actor=None if given.actor is None else Reference(USERS, check_id(given.actor, "actor")),
        data=given.data,
    )
    return json_answer(explanation(explained))


async def count_subscribers(call: Call) -> Answer:
    return json_answer({"count": await call.rooms.directory.count_subscribers(await recipient_of(call))})


OPERATIONS = (
    *for_both(
        Operation(
            "GET",
            f"{USER}/export",
            "users.export",
            "Everything known of a recipient, as one JSON document",
            export,
            SECRET,
            gives=dict[str, Any],
        )
    ),
    *for_both(
        Operation(
            "POST",
            f"{USER}/purge",
            "users.purge",
            "Delete a recipient, and erase messages, runs and history at once",
            purge,
            SECRET,
            status=204,
        )
    ),
    *for_both(
        Operation(
            "POST",
            f"{USER}/explain",
            "users.explain",
            "Whether a workflow would reach a recipient now, on which addresses, and if not, why",
            explain,
            SECRET,
            takes=shapes.Explain,
            gives=shapes.Explanation,
        )
    ),
    Operation(
        "GET",
        f"{OBJECT}/subscribers/count",
        "objects.subscribers.count",
        "How many subscribe to an object",
        count_subscribers,
        SECRET,
        gives=shapes.Count,
    ),
)
