"""Opens the accounts that recipients, mostly tenants, have connected to a channel, and connects others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from addressee.channels.chat import ms_teams_data, slack_data
from addressee.channels.chat.accounts.errors import AccountRefusedError
from addressee.channels.chat.accounts.ms_teams import MsTeamsAccount
from addressee.channels.chat.accounts.slack import SlackAccount, exchange_code
from addressee.channels.chat.ms_teams import MsTeamsSettings
from addressee.channels.chat.slack import SlackSettings
from addressee.channels.requests.exchange import open_client
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import ChangeChannelData, Identify
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.history import Origin
from addressee.directory.writing.writes import Write
from addressee.messaging.environment.channels import Channel, open_settings

if TYPE_CHECKING:
    import httpx2


class NotConnectedError(Exception):
    """The recipient has connected no account to the channel."""


class ChatAccounts:
    """The accounts of all environments. One client is shared, and opened when it is first needed."""

    def __init__(self, directory: Directory, sealer: Sealer) -> None:
        self._directory = directory
        self._sealer = sealer
        self._client: httpx2.AsyncClient | None = None

    async def slack(self, channel: Channel, place: Place) -> SlackAccount:
        """Returns the workspace of Slack that a recipient has connected. Raises NotConnectedError."""
        token = slack_data.token_in(await self._data(channel, place))
        if not token:
            raise NotConnectedError
        return SlackAccount(await self._slack_settings(channel, place), self._opened(), token)

    async def ms_teams(self, channel: Channel, place: Place) -> MsTeamsAccount:
        """Returns the tenant of Microsoft that a recipient has connected.

        Raises NotConnectedError, and AccountRefusedError when the channel has no app that could be let in.
        """
        tenant_id = (await self._data(channel, place)).get(ms_teams_data.TENANT_ID)
        if not tenant_id:
            raise NotConnectedError
        return await self._ms_teams_account(channel, place, tenant_id)

    async def connect_slack(self, channel: Channel, place: Place, code: str, redirect_uri: str, origin: Origin) -> None:
        """Stores the token that a workspace gives for a code. Raises AccountRefusedError or UnavailableError."""
        settings = await self._slack_settings(channel, place)
        if settings.client_id is None or settings.client_secret is None:
            raise AccountRefusedError("set the channel's client_id and client_secret, those of your Slack app")
        token = await exchange_code(settings, self._opened(), code, redirect_uri)
        await self._store(channel, place, lambda data: slack_data.with_token(data, token), origin)

    async def connect_ms_teams(self, channel: Channel, place: Place, tenant_id: str, origin: Origin) -> None:
        """Stores a tenant of Microsoft that has let the app in. Raises AccountRefusedError or UnavailableError."""
        account = await self._ms_teams_account(channel, place, tenant_id)
        await account.check()
        await self._store(channel, place, lambda data: ms_teams_data.with_tenant(data, tenant_id), origin)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _data(self, channel: Channel, place: Place) -> Document:
        recipient = await self._directory.read(place)
        return {} if recipient is None else channel.data_of(recipient)

    async def _slack_settings(self, channel: Channel, place: Place) -> SlackSettings:
        settings = await open_settings(self._directory.pool, self._sealer, place.environment_id, channel)
        assert isinstance(settings, SlackSettings)
        return settings

    async def _ms_teams_account(self, channel: Channel, place: Place, tenant_id: str) -> MsTeamsAccount:
        settings = await open_settings(self._directory.pool, self._sealer, place.environment_id, channel)
        assert isinstance(settings, MsTeamsSettings)
        if settings.app_id is None or settings.app_password is None:
            raise AccountRefusedError("set the channel's app_id and app_password, those of your app")
        return MsTeamsAccount(settings, self._opened(), tenant_id, self._directory.clock.now())

    async def _store(
        self, channel: Channel, place: Place, change: Callable[[Document], Document], origin: Origin
    ) -> None:
        """Changes the recipient's data for a channel; one that is not there is created."""
        await self._directory.write(Write(place, (Identify(), ChangeChannelData(str(channel.id), change)), origin))

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = open_client()
        return self._client
