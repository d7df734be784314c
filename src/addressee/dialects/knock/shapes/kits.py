"""Responses to the components that connect chat accounts (realtime-knock.md §4.5)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class Connection(Struct, kw_only=True):
    """The state of an account's connection. When its provider refuses it, `reason` says why in the provider's words."""

    ok: bool
    reason: str | UnsetType = UNSET


class MsTeamsConnection(Connection, kw_only=True):
    ms_teams_tenant_id: str | UnsetType = UNSET


class Checked(Struct, kw_only=True):
    connection: Connection


class MsTeamsChecked(Struct, kw_only=True):
    connection: MsTeamsConnection


class SlackChannel(Struct, kw_only=True):
    id: str
    name: str
    is_private: bool
    is_im: bool
    context_team_id: str | None


class SlackChannels(Struct, kw_only=True):
    """A page of channels; `next_cursor` is null on the last one."""

    slack_channels: list[SlackChannel]
    next_cursor: str | None


class MsTeam(Struct, kw_only=True, rename="camel"):
    id: str
    display_name: str
    description: str | None


class MsTeams(Struct, kw_only=True):
    """A page of teams; `skip_token` is null on the last one."""

    ms_teams_teams: list[MsTeam]
    skip_token: str | None


class MsTeamsChannel(Struct, kw_only=True, rename="camel"):
    id: str
    display_name: str
    description: str | None
    membership_type: str | None
    is_archived: bool | None
    created_date_time: str | None


class MsTeamsChannels(Struct, kw_only=True):
    ms_teams_channels: list[MsTeamsChannel]


class Revoked(Struct, kw_only=True):
    ok: Literal["ok"] = "ok"
