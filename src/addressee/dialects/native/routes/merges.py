"""Merges of users: preview, merging, list and undoing."""

from __future__ import annotations

from uuid import UUID

from addressee.api.call import Call
from addressee.api.merges import merge_rules, merge_users
from addressee.api.operation import SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.native.wire import shapes
from addressee.dialects.native.wire.places import USER, place_of
from addressee.dialects.native.wire.rendering import merge, recipient
from addressee.directory.documents import check_id
from addressee.directory.merges.merges import Done, MergeMissingError, Undone
from addressee.directory.recipient import Place

routes = Routes(keys=SECRET)


def secondary_of(call: Call, given: shapes.MergeFrom) -> Place:
    return place_of(call)._replace(id=check_id(given.from_id, "from"))


@routes.post(f"{USER}/merges/preview", "users.merges.preview", request=shapes.PreviewOf, response=shapes.Preview)
async def preview(call: Call) -> shapes.Preview:
    """Preview the merge of another user into this one."""
    given = typed_body(call, shapes.PreviewOf)
    rules = merge_rules(given.dialect, call.environment)
    found = await call.services.directory.merges.preview(place_of(call), secondary_of(call, given), rules)
    follows = await call.services.messaging.lifecycle.merge_effects(found.secondary)
    moved, ended = (follows.subscriptions, 0) if rules.moves_subscriptions else (0, follows.subscriptions)
    return shapes.Preview(
        primary=recipient(found.primary),
        secondary=recipient(found.secondary),
        merged=recipient(found.merged.primary),
        follows=shapes.Follows(messages=follows.messages, waiting_runs=follows.waiting_runs, subscriptions=moved),
        ends=shapes.Ends(older_messages=follows.older_messages, subscriptions=ended, schedules=follows.schedules),
    )


@routes.post(
    f"{USER}/merges", "users.merges.create", request=shapes.MergeFrom, response=shapes.Merged, not_idempotent=True
)
async def create(call: Call) -> shapes.Merged:
    """Merge another user into this one."""
    secondary = secondary_of(call, typed_body(call, shapes.MergeFrom))
    return await merge_users(call, "knock", place_of(call), secondary, merged)


def merged(done: Done) -> shapes.Merged:
    return shapes.Merged(merge=merge(done.merge), primary=recipient(done.primary))


@routes.get(f"{USER}/merges", "users.merges.list", response=shapes.Merges)
async def list_all(call: Call) -> shapes.Merges:
    """List who was merged into this user."""
    found = await call.services.directory.merges.of(await call.require(place_of(call)))
    return shapes.Merges(merges=[merge(each) for each in found])


@routes.post("/directory/v1/merges/{merge_id}/undo", "merges.undo", response=shapes.Undone)
async def undo(call: Call) -> shapes.Undone:
    """Undo a merge within 30 days."""
    try:
        id = UUID(call.path["merge_id"])
    except ValueError:
        raise MergeMissingError from None
    undone = await call.services.directory.merges.undo(
        call.environment.id, id, origin=call.origin, receipt=call.receipt(undone_answer)
    )
    await call.services.messaging.lifecycle.follow(undone.merge)
    return undone_answer(undone)


def undone_answer(undone: Undone) -> shapes.Undone:
    return shapes.Undone(
        merge=merge(undone.merge),
        primary=recipient(undone.primary),
        secondary=recipient(undone.secondary),
        not_restored=list(undone.kept),
    )
