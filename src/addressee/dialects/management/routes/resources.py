"""The routes that workflows, layouts, partials and audiences have alike: list, get, validate, put."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from addressee.api.answers import Answer, json_answer
from addressee.api.call import Call
from addressee.api.requests.bodies import object_body, typed
from addressee.api.routes import Routes
from addressee.dialects.management.mapping.documents import View, document_of, rendered
from addressee.dialects.management.wire.errors import missing, problems_refused
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.pages import page_info
from addressee.dialects.management.wire.query import ENVIRONMENT, PAGING, PUSHING, READING, Query
from addressee.directory.documents import check_value
from addressee.messaging.definitions.model import KEY
from addressee.messaging.workflows.commits.model import Authorship, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.resources import StoredResource
from addressee.messaging.workflows.commits.store import ResourceFilter

# A resource with the contents of all its files. Finding the lines in it takes seconds for a megabyte.
MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Shapes:
    """The types of what clients read and send: one, a page, one under its name, and what is pushed."""

    one: Any
    page: Any
    named: Any
    pushed: Any


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of resource: the path of its list, its variable there, and its name in bodies.

    `annotates` says whether what was put is annotated for clients that do not say that they want it.
    """

    kind: ResourceKind
    path: str
    variable: str
    name: str
    what: str
    shapes: Shapes
    annotates: bool = False

    @property
    def routes(self) -> Routes:
        routes = Routes(keys=SERVICE, max_body_bytes=MAX_BYTES)
        path, one, plural = self.path, f"{self.path}/{{{self.variable}}}", self.path.rpartition("/")[2]
        routes.get(
            path,
            f"{plural}.list",
            summary=f"List {self.what}s by key: drafts, or what is live",
            query=(*READING, *PAGING),
            response=self.shapes.page,
        )(self.list)
        routes.get(one, f"{plural}.get", summary=f"Get a {self.what}", query=READING, response=self.shapes.one)(
            self.get
        )
        routes.put(
            f"{one}/validate",
            f"{plural}.validate",
            summary=f"Check a {self.what}, and store nothing",
            query=ENVIRONMENT,
            request=self.shapes.pushed,
            response=self.shapes.named,
        )(self.validate)
        routes.put(
            one,
            f"{plural}.put",
            summary=f"Store a draft of a {self.what}, or with `commit` make it live",
            query=PUSHING,
            request=self.shapes.pushed,
            response=self.shapes.named,
        )(self.put)
        return routes

    async def list(self, call: Call) -> Answer:
        query = Query(call.query_string)
        page = query.page(str)
        annotate, only_committed = query.flag("annotate"), query.flag("hide_uncommitted_changes")
        wanted = ResourceFilter(self.kind, drafts=not only_committed)
        shown = await call.services.messaging.resources.list(call.environment.id, wanted, page)
        states = await states_of(call, self.kind)
        entries = [rendered(each, self._view(call, each.resource, states, annotate)) for each in shown.entries]
        return json_answer({"entries": entries, "page_info": page_info(shown)})

    async def get(self, call: Call) -> Answer:
        query = Query(call.query_string)
        annotate, only_committed = query.flag("annotate"), query.flag("hide_uncommitted_changes")
        resource = self._key(call)
        found = await call.services.messaging.resources.get(
            call.environment.id, resource, only_committed=only_committed
        )
        if found is None:
            raise missing(f"The {self.what} {resource.key!r}")
        return json_answer(rendered(found, self._view(call, resource, await states_of(call, self.kind), annotate)))

    async def validate(self, call: Call) -> Answer:
        resource = self._new_key(call)
        states = await states_of(call, self.kind)
        document = await self._document(call, resource, states)
        with problems_refused(resource, f"The {self.what} {resource.key!r}"):
            await call.services.publishing.check(call.environment.id, {resource: document})
        return self._answer(call, StoredResource(resource, document, *self._now(call)), states, annotate=False)

    async def put(self, call: Call) -> Answer:
        query = Query(call.query_string)
        asked, commit = query.boolean("annotate"), query.flag("commit")
        annotate = self.annotates if asked is None else asked
        resource = self._new_key(call)
        states = await states_of(call, self.kind)
        if commit:
            states = {resource.key: True, **states}
        document = await self._document(call, resource, states)
        author = call.caller.author
        before = await call.services.messaging.resources.get(call.environment.id, resource)
        created_at, now = self._now(call)
        stored = StoredResource(resource, document, created_at if before is None else before.created_at, now)
        answer = self._answer(call, stored, states, annotate=annotate)
        receipt = call.receipt(lambda _: answer)
        with problems_refused(resource, f"The {self.what} {resource.key!r}"):
            if commit:
                authorship = Authorship(author, query.text("commit_message") or "")
                await call.services.publishing.publish(
                    call.environment.id, {resource: document}, authorship, receipt=receipt
                )
            else:
                await call.services.publishing.save_drafts(
                    call.environment.id, {resource: document}, author, receipt=receipt
                )
        return answer

    def _key(self, call: Call) -> ResourceKey:
        return ResourceKey(self.kind, call.path[self.variable])

    def _new_key(self, call: Call) -> ResourceKey:
        """Returns the key that the path names. Raises ManagementError for one that nothing can have."""
        resource = self._key(call)
        if not KEY.fullmatch(resource.key):
            what = f"A {self.what} with the key {resource.key!r}, which may have letters, digits, - and _ only,"
            raise missing(what)
        return resource

    async def _document(self, call: Call, resource: ResourceKey, states: Mapping[str, bool]) -> Document:
        """Returns the document that a body holds. Raises MisshapenError, MalformedError or RefusedError."""
        body = getattr(typed(object_body(call), self.shapes.pushed), self.name)
        check_value(body, self.name)
        # Whoever else this process serves goes on: finding the files of a megabyte takes seconds.
        return await asyncio.to_thread(document_of, resource, body, active=states.get(resource.key, False))

    def _answer(self, call: Call, stored: StoredResource, states: Mapping[str, bool], *, annotate: bool) -> Answer:
        return json_answer({self.name: rendered(stored, self._view(call, stored.resource, states, annotate))})

    def _view(self, call: Call, resource: ResourceKey, states: Mapping[str, bool], annotate: bool) -> View:
        return View(call.environment.name, states.get(resource.key, False), annotate)

    def _now(self, call: Call) -> tuple[datetime, datetime]:
        now = call.services.directory.clock.now()
        return now, now


async def states_of(call: Call, kind: ResourceKind) -> Mapping[str, bool]:
    """Returns which workflows are switched on."""
    if kind is not ResourceKind.WORKFLOW:
        return {}
    return await call.services.messaging.workflows.states(call.environment.id)
