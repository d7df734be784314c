"""Tenants of Microsoft that customers have connected (knock.md §2.3, realtime-knock.md §4.5)."""

from __future__ import annotations

from collections.abc import Iterable

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY
from addressee.api.routes import Routes
from addressee.channels.chat.accounts.errors import AccountRefusedError
from addressee.channels.chat.accounts.ms_teams import MsTeamsAccount
from addressee.channels.chat.ms_teams_data import without_tenant
from addressee.dialects.knock.routes.kits.accounts import OPTIONS, Options, chat_channel, forget, named_object, refusals
from addressee.dialects.knock.shapes import kits as shapes
from addressee.dialects.knock.wire.authentication import MS_TEAMS as PERMISSION
from addressee.dialects.knock.wire.errors import invalid
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import check_id

routes = Routes(keys=ANY_KEY)

PATH = "/v1/providers/ms-teams/{channel_id}"
OBJECT = "ms_teams_tenant_object"

# The components compare this text.
NOT_CONNECTED = "Microsoft Teams tenant ID not set."

# Microsoft Graph lists no more on a page.
MAX_LISTED = 999


async def account(call: Call) -> MsTeamsAccount:
    """Returns the tenant of the object that the query names. Raises KnockError."""
    place = named_object(call, OBJECT, PERMISSION)
    with refusals(NOT_CONNECTED):
        return await call.services.chat_accounts.ms_teams(await chat_channel(call, "ms_teams"), place)


@routes.get(
    f"{PATH}/auth_check",
    "providers.ms_teams.check_auth",
    permission=PERMISSION,
    query=(OBJECT,),
    response=shapes.MsTeamsChecked,
)
async def check_auth(call: Call) -> shapes.MsTeamsChecked:
    """Ask Microsoft whether an object's tenant lets the app in."""
    found = await account(call)
    try:
        await found.check()
    except AccountRefusedError as refused:
        refusal = shapes.MsTeamsConnection(ok=False, reason=str(refused), ms_teams_tenant_id=found.tenant_id)
        return shapes.MsTeamsChecked(connection=refusal)
    return shapes.MsTeamsChecked(connection=shapes.MsTeamsConnection(ok=True, ms_teams_tenant_id=found.tenant_id))


@routes.get(
    f"{PATH}/teams",
    "providers.ms_teams.list_teams",
    permission=PERMISSION,
    query=(OBJECT, f"{OPTIONS}.$filter", f"{OPTIONS}.$select", f"{OPTIONS}.$top", f"{OPTIONS}.$skiptoken"),
    response=shapes.MsTeams,
)
async def list_teams(call: Call) -> shapes.MsTeams:
    """List the teams of an object's tenant."""
    options = Options(call.query_string)
    asked = given(options, ("$filter", "$select", "$skiptoken"))
    if options.text(f"{OPTIONS}.$top") is not None:
        asked["$top"] = str(options.number(f"{OPTIONS}.$top", MAX_LISTED, MAX_LISTED))
    found = await account(call)
    with refusals(NOT_CONNECTED):
        page = await found.teams(asked)
    teams = [
        shapes.MsTeam(id=each.id, display_name=each.display_name, description=each.description) for each in page.teams
    ]
    return shapes.MsTeams(ms_teams_teams=teams, skip_token=page.skip_token)


@routes.get(
    f"{PATH}/channels",
    "providers.ms_teams.list_channels",
    permission=PERMISSION,
    query=(OBJECT, "team_id", f"{OPTIONS}.$filter", f"{OPTIONS}.$select"),
    response=shapes.MsTeamsChannels,
)
async def list_channels(call: Call) -> shapes.MsTeamsChannels:
    """List the channels of a team."""
    team_id = Query(call.query_string).text("team_id")
    if not team_id:
        raise invalid("team_id", "team_id must say which team.")
    asked = given(Options(call.query_string), ("$filter", "$select"))
    check_id(team_id, "team_id")
    found = await account(call)
    with refusals(NOT_CONNECTED):
        channels = await found.channels(team_id, asked)
    return shapes.MsTeamsChannels(
        ms_teams_channels=[
            shapes.MsTeamsChannel(
                id=each.id,
                display_name=each.display_name,
                description=each.description,
                membership_type=each.membership_type,
                is_archived=each.is_archived,
                created_date_time=each.created_date_time,
            )
            for each in channels
        ]
    )


def given(options: Options, names: Iterable[str]) -> dict[str, str]:
    """Returns those of the options that are given."""
    found = {name: options.text(f"{OPTIONS}.{name}") for name in names}
    return {name: value for name, value in found.items() if value is not None}


@routes.put(
    f"{PATH}/revoke_access",
    "providers.ms_teams.revoke_access",
    permission=PERMISSION,
    query=(OBJECT,),
    response=shapes.Revoked,
)
async def revoke_access(call: Call) -> Answer:
    """Forget the tenant of Microsoft that an object has connected.

    The app stays let in until an administrator of the tenant removes it.
    """
    place = named_object(call, OBJECT, PERMISSION)
    return await forget(call, await chat_channel(call, "ms_teams"), place, without_tenant)
