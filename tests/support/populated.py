"""An environment that has one of everything, and requests to every route of every dialect about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import httpx
import msgspec

from addressee.channels.provider import ChannelType
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import KINDS, CreatedKey, Keys, Kind
from addressee.messaging.content.templating.shared_templates import Layout, Partial, TemplateKey
from addressee.messaging.definitions.sources import Source
from addressee.messaging.environment import channels
from addressee.messaging.environment.channel_groups import ChannelGroup, ChannelRule, RuleType, store_channel_group
from addressee.messaging.workflows.commits.model import ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import live_commits
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.messaging.workflows.example import FOLDER
from addressee.messaging.workflows.shared_templates.files import TemplateDefinition
from addressee.preferences.categories import Category, Section
from tests.support.filled_environments import tables_of_environments
from tests.support.raw_http import Connection, Reply
from tests.support.refusals import USER
from tests.support.routes import Route
from tests.support.waiting import until
from tests.support.webhook_deliveries import store_delivery

GUEST = "guest"
OBJECT = "lisbon"
TENANT = "acme"
AUDIENCE = "beta"
PUSHED_AUDIENCE = "testers"
LIST = "readers"
TOPIC = "releases"
BROWSER = "https://push.example.com/ada"
CATEGORY = "news"
SUPPRESSED = "suppressed@example.com"
HOOK = "https://hooks.example/addressee"
NEVER_TOLD = "message.link_clicked"
FAR = "2999-01-01T00:00:00Z"
UNKNOWN_ID = "01a2010c-772e-768f-a1b3-9d15e032df44"

# As many as there are routes that end one.
VERSIONS = 3

FINISHED = {"delivered", "sent"}

# Tables of counts that each process stores a moment after what it counted.
NOTED_LATER = {"minute_counts", "hour_counts"}

# Rows of tables as text, where that is not the whole row.
ROWS = {"keys": "(to_jsonb(t) - 'used_at')::text"}


@dataclass(frozen=True, slots=True)
class Stranger:
    """A caller with keys of another environment, and that environment's names in paths."""

    keys: Mapping[Kind, str]
    workspace: str

    def key(self, route: Route) -> str:
        return self.keys[route.spoken.key]


@dataclass(frozen=True, slots=True)
class PopulatedEnvironment:
    id: int
    name: str
    workspace: str
    keys: Mapping[Kind, str]
    message_ids: tuple[str, ...]
    bulk_operation_id: str
    feed_id: str
    chat_id: str
    browsers_id: str
    teams_id: str
    entry_id: str
    run_id: str
    recipient_run_id: str
    schedule_id: str
    webhook_id: str
    webhook_delivery_id: str
    commit_id: str
    version_ids: tuple[str, ...]

    @property
    def secret_key(self) -> str:
        return self.keys["secret"]

    @property
    def user_name(self) -> str:
        return name_of_the_user(self.name)

    def ask(
        self,
        connection: Connection,
        route: Route,
        *,
        key: str | None = None,
        path: str | None = None,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
        announced: int | None = None,
    ) -> Reply:
        """Sends a request about this environment; the key and the body default to its own key and an example."""
        return connection.ask(
            route.method,
            with_user(route, (self.path(route) if path is None else path) + self.query(route, query)),
            headers={**route.spoken.sends(self.keys[route.spoken.key] if key is None else key), **(headers or {})},
            body=self.body_bytes(route) if body is None else body,
            announced=announced,
        )

    def query(self, route: Route, query: str) -> str:
        """Returns a query with what routes of accounts cannot do without: an object and a team, unless named."""
        if (name := route.account_of) is None:
            return query
        needed = {name: f"{name}[object_id]={OBJECT}&{name}[collection]=projects", "team_id": "team_id=team-1"}
        added = [text for each, text in needed.items() if each in route.query and each not in query]
        return "&".join([query or "?", *added])

    def path(self, route: Route, **instead: str) -> str:
        """Returns the route's path with the ids of this environment, or those in `instead`."""
        return route.path.format_map({**self.things(route), **instead})

    def things(self, route: Route) -> Mapping[str, str]:
        ids = {
            "/v1/bulk_operations/{id}": self.bulk_operation_id,
            "/v1/workflow_recipient_runs/{id}": self.recipient_run_id,
            "/v1/tenants/{id}": TENANT,
        }
        things = {
            "user_id": USER,
            "message_id": self.message_ids[0],
            "key": "welcome",
            "audience_key": AUDIENCE if route.path.endswith("/members") else PUSHED_AUDIENCE,
            "id": ids.get(route.path, self.feed_id),
            "collection": "projects",
            "object_id": OBJECT,
            "channel_id": self.feed_id,
            "channel": self.feed_id,
            "action": "seen",
            "type": "email",
            "merge_id": UNKNOWN_ID,
            "distinct_id": USER,
            "tenant_id": TENANT,
            "brand_id": TENANT,
            "object_type": "projects",
            "list_id": LIST,
            "version_id": self.version_ids[0],
            "category": CATEGORY,
            "workspace": self.workspace,
            "external_id": USER,
            "topic_name": TOPIC,
            "notification_id": self.recipient_run_id,
            "delivery_id": self.webhook_delivery_id if "webhooks" in route.path else self.message_ids[0],
            "entry_id": self.entry_id,
            "n_id": self.entry_id,
            "handle": "welcome",
            "kind": "email",
            "address": SUPPRESSED,
            "webhook_id": self.webhook_id,
            "environment_slug": self.name,
            "locale_code": "nl",
            "channel_group_key": "everywhere",
            "email_layout_key": "footer",
            "partial_key": "footer",
            "commit_id": self.commit_id,
            "guide_key": "tour",
            "message_type_key": "banner",
        }
        return {**things, **self.channels_of(route)}

    def channels_of(self, route: Route) -> Mapping[str, str]:
        """The channel that a route is about, where it is not the feed, named by its id."""
        if route.path == "/v1/channels/{channel_id}":
            return {"channel_id": "in-app"}
        if re.search(r"/{channel_id}/settings|/channel-settings/", route.path):
            return {"channel_id": self.chat_id}
        if re.search(r"/{channel_id}/subscriptions", route.path):
            return {"channel_id": self.browsers_id}
        if "/providers/slack/" in route.path:
            return {"channel_id": self.chat_id}
        if "/providers/ms-teams/" in route.path:
            return {"channel_id": self.teams_id}
        return {}

    def body(self, route: Route) -> dict[str, Any]:
        """What the route takes, about the things of this environment; of what may be in a list, one."""
        examples = self.examples() | self.examples_of(route)
        fields = msgspec.structs.fields(taken(route.operation.request)) if route.operation.request else ()
        return {
            field.encode_name: examples[field.encode_name]
            for field in fields
            if field.required or field.encode_name in examples
        }

    def examples(self) -> dict[str, Any]:
        """By the names of fields; those that are not here stay out of bodies."""
        return {
            "id": USER,
            "name": "Changed",
            "properties": {"name": "Changed"},
            "batch": [{"id": USER, "properties": {"name": "Changed"}}],
            "users": [{"id": USER, "name": "Changed"}],
            "user_ids": [USER],
            "from_user_id": GUEST,
            "from": GUEST,
            "recipients": [USER],
            "objects": [{"id": OBJECT, "name": "Changed"}],
            "object_ids": [OBJECT],
            "subscriptions": [{"id": OBJECT, "recipients": [USER], "properties": {"name": "Changed"}}],
            "tenants": [{"id": TENANT, "name": "Changed"}],
            "members": [{"user": {"id": USER, "name": "Changed"}}],
            "message_ids": list(self.message_ids),
            "cancellation_key": "cancel",
            "metadata": {"button": "Start"},
            "data": {"any": "thing"},
            "preferences": {},
            "subscribed": False,
            "workflow": "welcome",
            "schedule_ids": [self.schedule_id],
            "schedules": [{"workflow": "welcome", "recipient": USER, "scheduled_at": FAR}],
            "scheduled_at": FAR,
            "distinct_id": USER,
            "distinct_ids": [USER],
            "operations": [{"$set": {"name": "Changed"}}],
            "$user_operations": [{"$set": {"name": "Changed"}}],
            "$email": "changed@example.com",
            "event": "changed",
            "template": "welcome",
            "list_id": LIST,
            "list_name": "Changed",
            "tenant_name": "Changed",
            "brand_name": "Changed",
            "messages": [{"message_id": self.message_ids[0], "action": "seen"}],
            "preference": "opt_out",
            "channel_preferences": [{"channel": "email", "is_restricted": True}],
            "reset_categories": True,
            "first_name": "Changed",
            "from_external_id": GUEST,
            "topic_name": TOPIC,
            "user_external_ids": [USER],
            "entry_ids": [self.entry_id],
            "notification_ids": [self.entry_id],
            "set": {"seen": True},
            "seen": True,
            "guide_key": "tour",
            "identifier": BROWSER,
            "suppressions": [{"kind": "email", "address": SUPPRESSED}],
            "url": HOOK,
            "types": [NEVER_TOLD],
            "enabled": False,
            "tracking": False,
            "channel_group": {"name": "Changed", "channel_type": "in_app_feed"},
            "email_layout": {"name": "Changed", "html_layout": "{{ content }}"},
            "partial": {"name": "Changed", "type": "html", "content": "Changed"},
            "translation": {"content": '{"hello": "Changed"}'},
        }

    def examples_of(self, route: Route) -> dict[str, Any]:
        """What a field means on one route and not on others."""
        if route.path.startswith("/v1/channels/"):
            return {"tenants": [TENANT]}
        if route.operation.name in ("audiences.put", "audiences.validate"):
            return {"audience": {"name": "Changed", "type": "static"}}
        if route.operation.name in ("workflows.put", "workflows.validate"):
            step = {"ref": "wait", "type": "delay", "settings": {"delay_for": {"unit": "seconds", "value": 1}}}
            return {"workflow": {"name": "Changed", "steps": [step]}}
        if route.path.endswith("/simulate"):
            return {"recipient": USER}
        if route.path.endswith("/links"):
            return {"purpose": "preferences"}
        if route.path.endswith("/quiet_hours"):
            return {"windows": [{"from": "22:00", "until": "07:00"}]}
        if route.path.endswith("/simulate"):
            return {"recipient": USER}
        if route.path.startswith("/v1/notify"):
            return {"name": "welcome", "actor": USER}
        if route.path == "/{workspace}/trigger/":
            return {"users": [USER]}
        if route.path.endswith("/preferences") and route.path.startswith(("/admin/", "/user/")):
            return {"channel_types": {"sms": False}}
        if re.search(r"/{channel_id}/settings|/channel-settings/", route.path):
            return {"settings": {"slack_user_id": "U0123456789"}}
        if route.path == "/user/v1/channels/{channel_id}/subscriptions":
            return {"settings": {"endpoint": BROWSER, "p256dh": "key", "auth": "secret"}}
        return {}

    def body_bytes(self, route: Route) -> bytes | None:
        if route.operation.request is None:
            return None
        return json.dumps(route.forms[0].of(self.body(route))).encode()


def with_user(route: Route, target: str) -> str:
    """Returns the target with the user for whom a browser calls, where a route needs one and the query names none."""
    if "distinct_id" not in route.query or "distinct_id=" in target:
        return target
    return f"{target}{'&' if '?' in target else '?'}distinct_id={USER}"


def taken(takes: Any) -> Any:
    """The struct of which a route takes one, or a list, or either."""
    return takes if isinstance(takes, type) and issubclass(takes, msgspec.Struct) else taken(get_args(takes)[0])


async def populate(
    api: str, pool: Pool, keys: Keys, sealer: Sealer, environment_id: int, name: str
) -> PopulatedEnvironment:
    """Creates a user with a message of each channel, and one of everything else. Needs a worker."""
    category = Category(key=CATEGORY, name="News")
    example = read_configuration(FOLDER, {})
    [feed] = [channel for channel in example.channels if channel.key == "in-app"]
    more = [
        replace(feed, id=None, key="chat", type=ChannelType.CHAT, provider="slack"),
        replace(feed, id=None, key="browsers", type=ChannelType.PUSH, provider="web_push"),
        replace(feed, id=None, key="teams", type=ChannelType.CHAT, provider="ms_teams"),
    ]
    sections = (Section(categories=(category,)),)
    shared = (Layout(html_layout="{{ content }}{% render 'footer' %}"), Partial(content="x", name="Footer"))
    templates = [
        TemplateDefinition(
            TemplateKey.of(each, "footer"), each, Source("shared", "footer", value=msgspec.to_builtins(each))
        )
        for each in shared
    ]
    configuration = replace(example, sections=sections, channels=[*example.channels, *more], templates=templates)
    await deploy(pool, sealer, environment_id, configuration, datetime.now(UTC))
    rule = ChannelRule(channel_key="in-app", rule_type=RuleType.ALWAYS)
    group = ChannelGroup(name="Everywhere", channel_type=ChannelType.IN_APP_FEED, channel_rules=(rule,))
    async with pool.acquire() as connection:
        await store_channel_group(connection, environment_id, "everywhere", group, datetime.now(UTC))
    created = {kind: await keys.create(name, kind) for kind in KINDS}
    await Environments(pool).change(name, {"development_mode": True})
    by_key = {channel.key: str(channel.id) for channel in await channels.all_channels(pool, environment_id)}
    pair = {"x-notiflows-secret-key": created["secret"].key}
    async with client_of(api, created["secret"]) as client, client_of(api, created["api"]) as suprsend:
        user = {"id": USER, "name": name_of_the_user(name), "email": "ada@example.com", "plan": "pro"}
        identified = (await client.post("/v1/users/bulk/identify", json={"users": [user]})).raise_for_status().json()
        (await client.put(f"/v1/objects/projects/{OBJECT}", json={"name": "Lisbon"})).raise_for_status()
        subscription = {"recipients": [USER]}
        (await client.post(f"/v1/objects/projects/{OBJECT}/subscriptions", json=subscription)).raise_for_status()
        (await client.put(f"/v1/tenants/{TENANT}", json={"name": "Acme"})).raise_for_status()
        members = {"members": [{"user": {"id": USER}}]}
        (await client.post(f"/v1/audiences/{AUDIENCE}/members", json=members)).raise_for_status()
        await push_more(api, created["service"])
        (await suprsend.post(f"/v1/user/{USER}/tenant/{TENANT}/", json={"role": "owner"})).raise_for_status()
        (await suprsend.post("/v1/subscriber_list/", json={"list_id": LIST})).raise_for_status()
        for owner in (f"users/{USER}", f"objects/projects/{OBJECT}"):
            path = f"/v1/{owner}/channel_data/{by_key['in-app']}"
            (await client.put(path, json={"data": {"any": "thing"}})).raise_for_status()
        added = {"distinct_ids": [USER]}
        (await suprsend.post(f"/v1/subscriber_list/{LIST}/subscriber/add/", json=added)).raise_for_status()
        drafts = [await suprsend.post(f"/v1/subscriber_list/{LIST}/start_sync/") for _ in range(VERSIONS)]
        (
            await client.post(f"/admin/v1/users/{USER}/subscriptions", json={"topic_name": TOPIC}, headers=pair)
        ).raise_for_status()
        settings = {"settings": {"slack_user_id": "U0123456789"}}
        path = f"/admin/v1/users/{USER}/channel-settings/{by_key['chat']}"
        (await client.put(path, json=settings, headers=pair)).raise_for_status()
        browser = {"identifier": BROWSER, "settings": {"endpoint": BROWSER, "p256dh": "key", "auth": "secret"}}
        as_user = {"x-notiflows-api-key": created["public"].key, "x-notiflows-user-id": USER}
        path = f"/user/v1/channels/{by_key['browsers']}/subscriptions"
        (await client.post(path, json=browser, headers=as_user)).raise_for_status()
        suppressions = {"suppressions": [{"kind": "email", "address": SUPPRESSED}]}
        (await client.post("/directory/v1/suppressions", json=suppressions)).raise_for_status()
        hook = {"url": HOOK, "types": [NEVER_TOLD]}
        webhook = (await client.post("/directory/v1/webhooks", json=hook)).raise_for_status().json()
        trigger = {"recipients": [USER], "cancellation_key": "cancel"}
        run = (await client.post("/v1/workflows/welcome/trigger", json=trigger)).raise_for_status().json()

        wanted = {"recipients": [USER], "workflow": "welcome", "scheduled_at": FAR}
        schedules = (await client.post("/v1/schedules", json=wanted)).raise_for_status().json()

        async def messages() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await client.get(f"/v1/users/{USER}/messages")).json()["items"]
            return found

        async def are_finished() -> bool:
            found = await messages()
            return len(found) == 2 and all(message["status"] in FINISHED for message in found)

        await until(are_finished)
        made = await messages()
    commit = (await live_commits(pool, environment_id))[ResourceKey(ResourceKind.PARTIAL, "footer")]
    delivery_id = await store_delivery(pool, environment_id, UUID(webhook["id"]))
    [entry_id] = [message["id"] for message in made if message["channel_id"] == by_key["in-app"]]
    return PopulatedEnvironment(
        id=environment_id,
        name=name,
        workspace=str(created["api"].workspace),
        keys={kind: one.key for kind, one in created.items()},
        message_ids=tuple(message["id"] for message in made),
        bulk_operation_id=identified["id"],
        feed_id=by_key["in-app"],
        chat_id=by_key["chat"],
        browsers_id=by_key["browsers"],
        teams_id=by_key["teams"],
        entry_id=entry_id,
        run_id=run["workflow_run_id"],
        recipient_run_id=made[0]["source"]["workflow_recipient_run_id"],
        schedule_id=schedules[0]["id"],
        webhook_id=webhook["id"],
        webhook_delivery_id=str(delivery_id),
        commit_id=str(commit.id),
        version_ids=tuple(draft.raise_for_status().json()["version_id"] for draft in drafts),
    )


async def push_more(api: str, key: CreatedKey) -> None:
    """Pushes what the example has not."""
    async with client_of(api, key) as client:
        audience = {"audience": {"name": "Testers", "type": "static"}}
        (await client.put(f"/v1/audiences/{PUSHED_AUDIENCE}?commit=true", json=audience)).raise_for_status()
        translation = {"translation": {"content": '{"hello": "Hallo"}'}}
        (await client.put("/v1/translations/nl?commit=true", json=translation)).raise_for_status()


def client_of(api: str, created: CreatedKey) -> httpx.AsyncClient:
    """Returns a client that reads no certificates, as this takes longer than all the requests."""
    return httpx.AsyncClient(base_url=api, headers={"authorization": f"Bearer {created.key}"}, verify=False)


def name_of_the_user(environment: str) -> str:
    """Returns a name that no other environment's answers contain."""
    return f"Ada of {environment}"


async def everything_stored(pool: Pool, environment_id: int) -> list[tuple[str, str]]:
    """Returns each row of the environment in any table as text, to compare before and after a request.

    What processes note by themselves a moment later is left out: counts, and when a key was used.
    """
    tables = [table for table in await tables_of_environments(pool) if table not in NOTED_LATER]
    each = (
        f"SELECT '{table}', {ROWS.get(table, 't::text')} FROM addressee.{table} AS t WHERE environment_id = $1"
        for table in tables
    )
    return [(row[0], row[1]) for row in await pool.fetch(" UNION ALL ".join(each) + " ORDER BY 1, 2", environment_id)]
