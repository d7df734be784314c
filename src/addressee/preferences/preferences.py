"""The face of the preferences room: what recipients and tenants are shown."""

from __future__ import annotations

from addressee.database.pool import Pool
from addressee.directory.errors import MissingError
from addressee.directory.reader import Reader
from addressee.directory.recipient import TENANTS, Document, Place
from addressee.preferences.defaults import read_ground
from addressee.preferences.layering import shown
from addressee.preferences.offers import Offer
from addressee.preferences.sets import DEFAULT


class Preferences:
    """Reads preferences of recipients, of tenants and of environments."""

    def __init__(self, pool: Pool, reader: Reader) -> None:
        self._pool = pool
        self._reader = reader

    async def shown(self, place: Place, set_id: str, tenant: str | None = None) -> Document:
        """A recipient's set over the defaults that hold where it says nothing (knock.md §3.6).

        The defaults are those of the tenant, which is the one that the set is for unless another is named, and of the
        environment. A recipient that is not known has no sets.
        """
        named = tenant if tenant is not None or set_id == DEFAULT else set_id
        at_tenant = None if named is None else Place(place.environment_id, TENANTS, named)
        found = await self._reader.read_all([place, *([at_tenant] if at_tenant else [])])
        ground = await read_ground(self._pool, place.environment_id)
        recipient, of_tenant = found.get(place), found.get(at_tenant) if at_tenant else None
        return shown(
            recipient.preferences if recipient else {},
            set_id,
            of_tenant.preferences if of_tenant else {},
            ground.default,
        )

    async def of_environment(self, environment_id: int) -> Document:
        """What the environment says for everybody whose own sets say nothing."""
        return (await read_ground(self._pool, environment_id)).default

    async def offer(self, environment_id: int, tenant: str = DEFAULT) -> Offer:
        """What recipients choose among at a tenant. The tenant `default` is there before anybody stores it.

        Raises MissingError when there is no such tenant.
        """
        place = Place(environment_id, TENANTS, tenant)
        found = await self._reader.read(place)
        if found is None and tenant != DEFAULT:
            raise MissingError(place)
        return Offer(tenant, {} if found is None else found.preferences, await read_ground(self._pool, environment_id))
