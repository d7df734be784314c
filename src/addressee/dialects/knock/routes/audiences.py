"""Audiences: groups of users that conditions can ask about (knock.md §2.3, §3.7).

An audience is an object of a collection that is kept apart, and its members subscribe to it. One that a file defines is
there before its object, which its first member creates; the members of a dynamic one follow conditions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.database.paging import Page
from addressee.dialects.knock.mapping import rendering
from addressee.dialects.knock.mapping.recipients import note, plan, recipient_parser
from addressee.dialects.knock.shapes import audiences as shapes
from addressee.dialects.knock.shapes.common import MAX_ROWS, Entries
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import check_id
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.workflows.audiences.listing import ListedAudience
from addressee.preferences.audiences import AUDIENCES

routes = Routes(keys=SECRET)


@routes.post(
    "/v1/audiences/{audience_key}/members",
    "audiences.add_members",
    query=("create_audience",),
    request=shapes.AudienceMembers,
    status=204,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def add(call: Call) -> None:
    """Add up to 1,000 users to an audience.

    Members are identified first. The audience is created if it is missing, unless `create_audience` is false. A dynamic
    one takes none: its members follow its conditions.
    """
    defined = await defined_audience(call)
    refuse_dynamic(defined)
    create = defined is not None or Query(call.query_string).boolean("create_audience") is not False
    audience = audience_place(call)
    members = typed_body(call, shapes.AudienceMembers).members
    tenants = {user_id(index, member): tenant(index, member) for index, member in enumerate(members)}
    parser = await recipient_parser(call, [member.user for member in members])
    writes = [
        parser.write(user_place(call, user_id(index, member)), member.user, f"members[{index}].user", is_mention=True)
        for index, member in enumerate(members)
    ]
    if create:
        writes.append(Write(audience, (Identify(),), call.origin))
    planned = await plan(call, [audience], writes)
    if audience not in planned.people:
        raise missing("The audience")
    await planned.carry_out()
    await note(call, planned)
    await subscribe(call, planned.people, audience, tenants)


async def subscribe(
    call: Call, people: Mapping[Place, Recipient], audience: Place, tenants: dict[str, str | None]
) -> None:
    """Adds users by id, each for a tenant or for none. The last step keeps the receipt: all of them may be repeated."""
    by_tenant: dict[str | None, list[Recipient]] = defaultdict(list)
    for id, tenant in tenants.items():
        if (person := people.get(user_place(call, id))) is not None:
            by_tenant[tenant].append(person)
    steps = list(by_tenant.items()) or [(None, [])]
    for number, (tenant, users) in enumerate(steps, start=1):
        properties = {} if tenant is None else {"tenant": tenant}
        receipt = call.receipt(no_content) if number == len(steps) else None
        await call.services.directory.subscriptions.add(people[audience], users, properties, receipt=receipt)


@routes.delete(
    "/v1/audiences/{audience_key}/members",
    "audiences.remove_members",
    request=shapes.AudienceMembers,
    status=204,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def remove(call: Call) -> None:
    """Remove up to 1,000 users from an audience.

    Users who are not members are passed over.
    """
    members = typed_body(call, shapes.AudienceMembers).members
    places = [user_place(call, user_id(index, member)) for index, member in enumerate(members)]
    defined = await defined_audience(call)
    refuse_dynamic(defined)
    audience = await call.services.directory.read(audience_place(call))
    if audience is None:
        if defined is None:
            raise missing("The audience")
        await call.services.directory.keep(call.receipt(no_content), None)
        return
    people = await call.services.directory.read_all(places)
    users = [people[place] for place in places if place in people]
    await call.services.directory.subscriptions.delete(audience, users, receipt=call.receipt(no_content))


@routes.get(
    "/v1/audiences/{audience_key}/members",
    "audiences.list_members",
    query=PAGING,
    response=Entries[shapes.AudienceMember],
)
async def list_all(call: Call) -> Entries[shapes.AudienceMember]:
    """List the members of an audience, newest first.

    Knock's client asks for no page, so a page holds as many members as one call adds. Pages of a dynamic audience list
    its newest users first, and go forward only; one that has looked at 10,000 users ends, and another may follow it.
    """
    page = parse_page(Query(call.query_string), UUID, MAX_ROWS, MAX_ROWS)
    defined = await defined_audience(call)
    if defined is not None and defined.audience.is_dynamic:
        users = await call.services.messaging.audiences.members(call.environment.id, defined.key, page)
        return rendering.entries(users, rendering.user_of_audience)
    audience = await call.services.directory.read(audience_place(call))
    if audience is not None:
        return rendering.entries(
            await call.services.directory.subscriptions.subscribers(audience, page), rendering.audience_member
        )
    if defined is None:
        raise missing("The audience")
    nobody: Page[Recipient] = Page((), page.size)
    return rendering.entries(nobody, rendering.user_of_audience)


async def defined_audience(call: Call) -> ListedAudience | None:
    """Returns the audience as a file defines it, None if none does."""
    return await call.services.messaging.audiences.find(call.environment.id, audience_place(call).id)


def refuse_dynamic(defined: ListedAudience | None) -> None:
    if defined is not None and defined.audience.is_dynamic:
        message = f"The members of the audience {defined.key!r} follow its conditions: change these, or the users."
        raise invalid("audience_key", message)


def audience_place(call: Call) -> Place:
    return Place(call.environment.id, AUDIENCES, check_id(call.path["audience_key"], "audience_key"))


def user_place(call: Call, id: str) -> Place:
    return Place(call.environment.id, USERS, id)


def user_id(index: int, member: shapes.AudienceMemberInput) -> str:
    return check_id(member.user.get("id"), f"members[{index}].user.id")


def tenant(index: int, member: shapes.AudienceMemberInput) -> str | None:
    return None if member.tenant is None else check_id(member.tenant, f"members[{index}].tenant")
