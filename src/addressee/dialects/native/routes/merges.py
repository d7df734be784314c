"""Merging users: what it would do, doing it, and undoing it."""

from __future__ import annotations

from uuid import UUID

from addressee.api.bodies import typed_body
from addressee.api.merge_rules import merge_rules
from addressee.api.operation import SECRET, Answer, Call, Operation, json_answer
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.errors import NotFoundError
from addressee.dialects.native.wire.places import USER, place_of, recipient_of
from addressee.dialects.native.wire.rendering import merge, recipient
from addressee.directory.documents import check_id
from addressee.directory.merges.merges import Done, Undone
from addressee.directory.recipient import Place


def secondary_of(call: Call, given: shapes.MergeFrom) -> Place:
    return place_of(call)._replace(id=check_id(given.from_id, "from"))


async def preview(call: Call) -> Answer:
    given = typed_body(call, shapes.PreviewOf)
    rules = merge_rules(given.dialect, call.environment)
    found = await call.rooms.directory.merges.preview(place_of(call), secondary_of(call, given), rules)
    follows = await call.rooms.messaging.what_follows(found.secondary)
    return json_answer(
        {
            "primary": recipient(found.primary),
            "secondary": recipient(found.secondary),
            "merged": recipient(found.merged.primary),
            "follows": {
                "messages": follows.messages,
                "waiting_runs": follows.waiting_runs,
                "subscriptions": follows.subscriptions if rules.unites else 0,
            },
            "ends": {
                "older_messages": follows.older_messages,
                "subscriptions": 0 if rules.unites else follows.subscriptions,
                "schedules": follows.schedules,
            },
        }
    )


async def create(call: Call) -> Answer:
    done = await call.rooms.directory.merges.merge(
        place_of(call),
        secondary_of(call, typed_body(call, shapes.MergeFrom)),
        rules=merge_rules("knock", call.environment),
        origin=call.origin,
        receipt=call.receipt(merged),
    )
    await call.rooms.messaging.follow(done.merge)
    return merged(done)


def merged(done: Done) -> Answer:
    return json_answer({"merge": merge(done.merge), "primary": recipient(done.primary)})


async def list_all(call: Call) -> Answer:
    found = await call.rooms.directory.merges.of(await recipient_of(call))
    return json_answer({"merges": [merge(each) for each in found]})


async def undo(call: Call) -> Answer:
    try:
        id = UUID(call.path["merge_id"])
    except ValueError:
        raise NotFoundError("There is no such merge.") from None
    undone = await call.rooms.directory.merges.undo(
        call.environment.id, id, origin=call.origin, receipt=call.receipt(parted)
    )
    await call.rooms.messaging.follow(undone.merge)
    return parted(undone)


def parted(undone: Undone) -> Answer:
    return json_answer(
        {
            "merge": merge(undone.merge),
            "primary": recipient(undone.primary),
            "secondary": recipient(undone.secondary),
            "not_restored": list(undone.kept),
        }
    )


OPERATIONS = (
    Operation(
        "POST",
        f"{USER}/merges/preview",
        "users.merges.preview",
        "What merging another user into this one would do",
        preview,
        SECRET,
        takes=shapes.PreviewOf,
        gives=shapes.Preview,
    ),
    Operation(
        "POST",
        f"{USER}/merges",
        "users.merges.create",
        "Merge another user into this one",
        create,
        SECRET,
        takes=shapes.MergeFrom,
        gives=shapes.Merged,
        harmed_by_repeats=True,
    ),
    Operation(
        "GET",
        f"{USER}/merges",
        "users.merges.list",
        "List who was merged into this user",
        list_all,
        SECRET,
        gives=shapes.Merges,
    ),
    Operation(
        "POST",
        "/directory/v1/merges/{merge_id}/undo",
        "merges.undo",
        "Undo a merge within 30 days",
        undo,
        SECRET,
        gives=shapes.Undone,
    ),
)
