"""Commits: drafts go live in their environment, and what is live there goes to the next one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from addressee.api.call import Call
from addressee.api.errors import ParameterError
from addressee.api.routes import Routes
from addressee.database.paging import Page
from addressee.dialects.management.shapes import commits as shapes
from addressee.dialects.management.wire.errors import Error, ManagementError, missing, problems_refused
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.pages import page_info
from addressee.dialects.management.wire.query import ENVIRONMENT, PAGING, Query
from addressee.directory.access.environments import Environment
from addressee.messaging.workflows.commits.model import Authorship, Commit, ListedCommit, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import CommitFilter

routes = Routes(keys=SERVICE)

COMMIT = "/v1/commits/{commit_id}"
RESOURCES = ("resource_type", "resource_type[]", "resource_id")

# What clients call the kinds of resources; None: those that do not exist here, of which there are no commits.
KINDS: Mapping[str, ResourceKind | None] = {
    "audience": ResourceKind.AUDIENCE,
    "email_layout": ResourceKind.LAYOUT,
    "guide": None,
    "message_type": None,
    "partial": ResourceKind.PARTIAL,
    "translation": ResourceKind.TRANSLATION,
    "workflow": ResourceKind.WORKFLOW,
}
TYPES: Mapping[ResourceKind, str] = {kind: name for name, kind in KINDS.items() if kind is not None}

DONE = shapes.Result(result="success")

CONFLICTS: Mapping[int, Any] = {HTTPStatus.CONFLICT: Error}


@routes.get(
    "/v1/commits",
    "commits.list",
    query=(*ENVIRONMENT, *PAGING, *RESOURCES, "promoted"),
    response=shapes.Commits,
    other_responses=CONFLICTS,
)
async def list_commits(call: Call) -> shapes.Commits:
    """List commits in an environment, newest first."""
    query = Query(call.query_string)
    page = query.page(UUID)
    kinds = kinds_of(query)
    promoted = query.boolean("promoted")
    following = None if promoted is None else next_of(call, call.environment)
    wanted = CommitFilter(kinds, key_of(query), promoted, None if following is None else following.id)
    found = await call.services.messaging.resources.commits(call.environment.id, wanted, page)
    entries = [shown(each, call.environment) for each in found.entries]
    # The pages before one are not read: a client goes on from the front.
    return shapes.Commits(entries=entries, page_info=page_info(Page(entries, found.size, found.after)))


@routes.put(
    "/v1/commits",
    "commits.commit_all",
    query=(*ENVIRONMENT, "commit_message", *RESOURCES),
    response=shapes.Result,
)
async def commit_all(call: Call) -> shapes.Result:
    """Make all drafts of an environment live, or some of them, in one transaction."""
    query = Query(call.query_string)
    authorship = Authorship(call.caller.author, query.text("commit_message") or "")
    kinds, key = kinds_of(query), key_of(query)
    resources = None
    if kinds is not None or key is not None:
        drafts = await call.services.messaging.resources.drafts(call.environment.id)
        resources = [each for each in drafts if kinds is None or each.kind in kinds]
        resources = [each for each in resources if key is None or each.key == key]
    with problems_refused(None, "What is to be committed"):
        await call.services.publishing.commit_drafts(
            call.environment.id, authorship, resources, receipt=call.receipt(lambda _: DONE)
        )
    return DONE


@routes.put(
    "/v1/commits/promote",
    "commits.promote_all",
    query=("to_environment", "branch"),
    response=shapes.Result,
    other_responses=CONFLICTS,
)
async def promote_all(call: Call) -> shapes.Result:
    """Make everything live in an environment that is live in the one before it, in one transaction."""
    name = Query(call.query_string).text("to_environment")
    if name is None:
        raise ParameterError("to_environment", "to_environment must name an environment.")
    target = call.caller.environment(name, "to_environment")
    source = previous_of(call, target)
    if source is None:
        raise ParameterError("to_environment", f"There is no environment before {name!r} that this key opens.")
    with problems_refused(None, f"What is to be promoted to {name!r}"):
        await call.services.publishing.promote(
            source.id, target.id, Authorship(call.caller.author), receipt=call.receipt(lambda _: DONE)
        )
    return DONE


@routes.get(COMMIT, "commits.get", response=shapes.Commit)
async def get(call: Call) -> shapes.Commit:
    """Get a commit."""
    environment, commit = await commit_of(call)
    return shown(commit, environment)


@routes.put(f"{COMMIT}/promote", "commits.promote_one", response=shapes.OneCommit, other_responses=CONFLICTS)
async def promote_one(call: Call) -> shapes.OneCommit:
    """Make a commit live in the environment that follows its own."""
    source, commit = await commit_of(call)
    target = next_of(call, source)
    if target is None:
        raise conflict(f"There is no environment after {source.name!r} that this key opens.")

    def answer(made: Commit) -> shapes.OneCommit:
        return shapes.OneCommit(commit=shown(made, target))

    with problems_refused(None, f"What is to be promoted to {target.name!r}"):
        made = await call.services.publishing.promote_one(
            commit, source.id, target.id, Authorship(call.caller.author, commit.message), receipt=call.receipt(answer)
        )
    if made is None:
        raise conflict(
            f"This commit is live in {target.name!r} already, or a newer one of its resource is to be promoted instead."
        )
    return answer(made)


async def commit_of(call: Call) -> tuple[Environment, Commit]:
    """Returns the commit that the path names, and its environment."""
    try:
        id = UUID(call.path["commit_id"])
    except ValueError:
        raise missing("The commit") from None
    for environment in call.caller.environments.values():
        commit = await call.services.messaging.resources.commit(environment.id, id)
        if commit is not None:
            return environment, commit
    raise missing("The commit")


def kinds_of(query: Query) -> list[str] | None:
    """Returns the kinds of resources that a query asks for, None for all. Raises ParameterError."""
    names = [
        name for each in ("resource_type", "resource_type[]") for text in query.texts(each) for name in text.split(",")
    ]
    for name in names:
        if name not in KINDS:
            raise ParameterError("resource_type", f"resource_type must be one of {', '.join(KINDS)}.")
    return [kind for name in names if (kind := KINDS[name]) is not None] if names else None


def key_of(query: Query) -> str | None:
    """Returns the key of the resource that a query asks for: clients call translations `nl/shipping`, too."""
    locale, slash, namespace = (query.text("resource_id") or "").partition("/")
    return f"{namespace}.{locale}" if slash else locale or None


def previous_of(call: Call, environment: Environment) -> Environment | None:
    """Returns the environment from which changes come to another one. Raises ManagementError; see `neighbour`."""
    return neighbour(call, environment, -1)


def next_of(call: Call, environment: Environment) -> Environment | None:
    """Returns the environment to which changes go from another one. Raises ManagementError; see `neighbour`."""
    return neighbour(call, environment, +1)


def neighbour(call: Call, environment: Environment, places: int) -> Environment | None:
    """Returns an environment by its distance from another one, None where there is none.

    Raises ManagementError where its settings are not valid: nothing is promoted past an environment.
    """
    order = call.caller.order
    index = order.index(environment.name) + places
    if not 0 <= index < len(order):
        return None
    found: Environment | None = call.caller.environments.get(order[index])
    if found is None:
        raise conflict(f"The environment {order[index]!r} has settings that are not valid; correct them first.")
    return found


def conflict(message: str) -> ManagementError:
    return ManagementError("conflict", HTTPStatus.CONFLICT, message)


def shown(commit: ListedCommit, environment: Environment) -> shapes.Commit:
    return shapes.Commit(
        id=str(commit.id),
        author=shapes.Author(email=commit.author or "unknown"),
        commit_message=commit.message,
        created_at=commit.created_at,
        environment=environment.name,
        resource=resource_of(commit.resource),
    )


def resource_of(resource: ResourceKey) -> shapes.CommittedResource:
    identifier = resource.key
    if resource.kind is ResourceKind.TRANSLATION:
        namespace, dot, locale = resource.key.rpartition(".")
        identifier = f"{locale}/{namespace}" if dot else locale
    return shapes.CommittedResource(type=TYPES[resource.kind], identifier=identifier)
