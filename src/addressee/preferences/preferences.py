"""Reads of preferences, for display and for writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from addressee.database.pool import Pool
from addressee.directory.errors import MissingError
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.preferences.defaults import read_defaults
from addressee.preferences.layers import shown
from addressee.preferences.offers import Offer
from addressee.preferences.set_keys import current, key_of, read_tenants
from addressee.preferences.sets import DEFAULT


class Preferences:
    """Reads preferences of recipients, of tenants and of environments."""

    def __init__(self, pool: Pool, reader: Reader) -> None:
        self._pool = pool
        self._reader = reader

    async def shown(self, place: Place, set_id: str, tenant: str | None = None) -> Document:
        """Returns a recipient's set combined with the defaults of the tenant and of the environment (knock.md §3.6).

        The tenant is the one that the set is for, unless another is given. A missing recipient has no sets.
        """
        named = tenant if tenant is not None or set_id == DEFAULT else set_id
        ids = {each for each in (set_id, named) if each is not None}
        places = [place, *(Place(place.environment_id, TENANTS, id) for id in ids)]
        found = await self._reader.find_all(places)
        tenants = {each.place.id: each for each in found.values() if each.place in places[1:]}
        defaults = await read_defaults(self._pool, place.environment_id)
        recipient, of_tenant = found.get(place), tenants.get(named or "")
        return shown(
            current(recipient.preferences, tenants) if recipient else {},
            set_id,
            of_tenant.preferences if of_tenant else {},
            defaults.default,
        )

    async def keys(self, environment_id: int, set_ids: Iterable[str]) -> Mapping[str, str]:
        """Returns the keys under which sets are stored, by their ids (see `set_keys`)."""
        ids = list(set_ids)
        tenants = await read_tenants(self._reader, environment_id, ids)
        return {id: key_of(id, tenants.get(id)) for id in ids}

    async def current(self, recipients: Sequence[Recipient]) -> list[Recipient]:
        """Returns recipients of one environment with their sets by id, without those for deleted tenants."""
        keys = {key for recipient in recipients for key in recipient.preferences}
        if not recipients or keys <= {DEFAULT}:
            return list(recipients)
        tenants = await read_tenants(self._reader, recipients[0].place.environment_id, keys)
        return [
            structs.replace(recipient, preferences=current(recipient.preferences, tenants)) for recipient in recipients
        ]

    async def of_environment(self, environment_id: int) -> Document:
        """Returns an environment's default preference set."""
        return (await read_defaults(self._pool, environment_id)).default

    async def offer(self, environment_id: int, tenant: str = DEFAULT) -> Offer:
        """Returns the categories that recipients can choose among at a tenant.

        Raises MissingError when there is no such tenant, unless it is `default`.
        """
        place = Place(environment_id, TENANTS, tenant)
        found = await self._reader.read(place)
        if found is None and tenant != DEFAULT:
            raise MissingError(place)
        return Offer(
            key_of(tenant, found),
            {} if found is None else found.preferences,
            await read_defaults(self._pool, environment_id),
        )
