"""Visits: requests for a page by somebody who has a link that is valid."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from addressee.api.answers import Answer
from addressee.api.call import RequestInfo
from addressee.api.requests.forms import Form, check_site
from addressee.api.requests.query_strings import Query
from addressee.api.services import Services
from addressee.directory.access.environments import Environment
from addressee.directory.access.link_tokens import Link, Purpose
from addressee.directory.access.links import LinkInvalidError, OpenedLink
from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.directory.writing.history import Origin
from addressee.pages.branding import Brand, brand_of
from addressee.pages.languages import Language, choose_language
from addressee.preferences.sets import DEFAULT


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a page, before its link is opened. `token` is the link's."""

    services: Services
    token: str
    query: Query
    headers: Mapping[str, str]
    body: Callable[[], Awaitable[bytes]]
    info: RequestInfo


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a recipient for a page, with the tenant on whose behalf it is shown."""

    asked: Asked
    opened: OpenedLink
    tenant: Recipient | None
    language: Language

    @property
    def services(self) -> Services:
        return self.asked.services

    @property
    def environment(self) -> Environment:
        return self.opened.environment

    @property
    def recipient(self) -> Recipient:
        return self.opened.recipient

    @property
    def link(self) -> Link:
        return self.opened.link

    @property
    def brand(self) -> Brand:
        return brand_of(self.tenant)

    @property
    def origin(self) -> Origin:
        """The origin of what the person writes. No request can have an id with a space: the link is told from keys."""
        return Origin(request_id=f"link {self.asked.info.id}")

    @property
    def wording_locale(self) -> str:
        """The locale of what the environment itself has translated."""
        return self.recipient.locale or self.language.tag

    async def form(self) -> Form:
        """Returns the form that was sent. Raises ForeignFormError, or MalformedError and what reading a body does."""
        check_site(self.asked.headers)
        return Form(await self.asked.body())


Handler: TypeAlias = Callable[[Visit], Awaitable[Answer]]


class Page(NamedTuple):
    """A page that links of one purpose open, with a handler for each method. `name` is that in the metrics."""

    path: str
    name: str
    purpose: Purpose
    handlers: Mapping[str, Handler]


async def open_visit(asked: Asked, purpose: Purpose) -> Visit:
    """Opens the link of a request. Raises LinkInvalidError, also when the link's tenant is not there any more."""
    opened = await asked.services.links.open(asked.token, purpose)
    named = opened.link.tenant
    tenant = await asked.services.directory.read(
        Place(opened.environment.id, TENANTS, DEFAULT if named is None else named)
    )
    if tenant is None and named is not None:
        raise LinkInvalidError
    preferred = (opened.recipient.locale, opened.recipient.attributes.get("language"))
    return Visit(asked, opened, tenant, choose_language(preferred, asked.headers.get("accept-language")))
