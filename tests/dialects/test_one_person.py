"""docs/dialects.md tells the truth: its calls are carried out in order, and each client sees what stands there."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import knockapi
import notiflows
import pytest
from knockapi import Knock
from notiflows import Notiflows
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.keys import Keys
from addressee.messaging.environment import channels
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.deploying.deployment import deploy
from tests.channels.cases import apns
from tests.conftest import Environment

PAGE = Path("docs/dialects.md")
PUSHED = Path(__file__).parent / "pushed"

STEP = re.compile(r"^### (?P<title>\d+\. .+)$", re.MULTILINE)
CALLS = re.compile(r"^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
VIEW = re.compile(r"^```json (?P<client>\w+)\n(?P<view>.*?)^```$", re.MULTILINE | re.DOTALL)

# What is of the moment, and says nothing of the person.
PASSING = {"$inbox", "created_at", "updated_at", "__typename", "id"}

NOBODY = "nobody"
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Step:
    """Calls of the page, and what they change of what each client sees."""

    title: str
    calls: str
    changes: Mapping[str, Any]


def steps(page: str) -> Iterator[Step]:
    titles = [*STEP.finditer(page)]
    ends = [*(title.start() for title in titles[1:]), len(page)]
    for title, end in zip(titles, ends, strict=True):
        text = page[title.end() : end]
        [calls] = CALLS.finditer(text)
        views = {view["client"]: json.loads(view["view"]) for view in VIEW.finditer(text)}
        yield Step(title["title"], calls["code"], views)


@dataclass(frozen=True, slots=True)
class Clients:
    """What the page's calls may use, and nothing else."""

    knock: Knock
    suprsend: Suprsend
    notiflows: Notiflows
    iphone: str

    def names(self) -> dict[str, Any]:
        return {
            "knock": self.knock,
            "suprsend": self.suprsend,
            "notiflows": self.notiflows,
            "IPHONE": self.iphone,
        }

    def views(self) -> dict[str, Any]:
        """What each client sees of the person, without what is of the moment."""
        return {"knock": self.of_knock(), "suprsend": self.of_suprsend(), "notiflows": self.of_notiflows()}

    def of_knock(self) -> Any:
        try:
            user = self.knock.users.get("ada").to_dict()
        except knockapi.NotFoundError:
            return NOBODY
        preferences = self.knock.users.get_preferences("ada", "default").to_dict()
        seen = {**user, "preferences": {name: value for name, value in preferences.items() if value is not None}}
        with suppress(knockapi.NotFoundError):
            seen["channel data"] = self.knock.users.get_channel_data("ada", self.iphone).to_dict()["data"]
        return lasting(seen)

    def of_suprsend(self) -> Any:
        try:
            user = self.suprsend.users.get("ada")
        except SuprsendAPIException:
            return NOBODY
        return lasting({**user, "preferences": choices(self.suprsend.users.get_full_preference("ada"))})

    def of_notiflows(self) -> Any:
        try:
            user = self.notiflows.users.retrieve("ada").to_dict()
        except notiflows.NotFoundError:
            return NOBODY
        seen = {**user, "preferences": self.notiflows.users.preferences.retrieve("ada").to_dict()}
        with suppress(notiflows.NotFoundError):
            settings = self.notiflows.users.channel_settings.retrieve(self.iphone, user_external_id="ada")
            seen["channel settings"] = settings.to_dict()["settings"]
        topics = self.notiflows.users.subscriptions.list("ada")
        return lasting({**seen, "topics": [each.topic_name for each in topics]})


def choices(full: Any) -> Any:
    """Which channels are not wanted at all, and how those of each category stand."""
    categories = [category for section in full["sections"] for category in section["subcategories"]]
    return {
        "restricted": [each["channel"] for each in full["channel_preferences"] if each["is_restricted"]],
        **{
            category["category"]: {
                "preference": category["preference"],
                "opted out": [each["channel"] for each in category["channels"] if each["preference"] == "opt_out"],
            }
            for category in categories
        },
    }


def lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: lasting(part) for name, part in value.items() if name not in PASSING}
    return [lasting(each) for each in value] if isinstance(value, list) else value


def changes(before: Any, after: Any) -> Any:
    """The parts of a view that are new or other than before; all of it when somebody appears or disappears."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return {} if before == after else after
    new = {name: value for name, value in after.items() if name not in before or before[name] != value}
    return new | dict.fromkeys(before.keys() - after.keys(), GONE)


@pytest.fixture
async def clients(
    api: str, keys: Keys, environment: Environment, pool: Pool, installation: Installation, worker: None
) -> AsyncIterator[Clients]:
    configuration = read_configuration(PUSHED, apns.ENVIRONMENT)
    await deploy(pool, Sealer(installation.master_key()), environment.id, configuration, datetime.now(UTC))
    by_key: dict[str, UUID] = {each.key: each.id for each in await channels.all_channels(pool, environment.id)}
    public, secret, workspace = [
        await keys.create(environment.name, kind) for kind in ("public", "secret", "workspace")
    ]
    unverified: Callable[[], httpx.Client] = lambda: httpx.Client(verify=False)  # noqa: E731
    with (
        Knock(api_key=secret.key, base_url=api, max_retries=0, http_client=unverified()) as knock,
        Notiflows(
            api_key=public.key,
            secret=secret.key,
            base_url=f"{api}/admin/v1",
            max_retries=0,
            http_client=unverified(),
        ) as flows,
    ):
        suprsend = Suprsend(workspace.key, workspace.secret, base_url=api)
        yield Clients(knock, suprsend, flows, str(by_key["apns"]))


def test_the_page_has_steps() -> None:
    assert [step.title.partition(".")[0] for step in steps(PAGE.read_text())] == [str(n) for n in range(1, 10)]


def test_one_person_as_each_client_sees_it(clients: Clients) -> None:
    before = clients.views()
    for step in steps(PAGE.read_text()):
        exec(step.calls, clients.names())
        after = clients.views()
        for client, view in after.items():
            assert changes(before[client], view) == step.changes.get(client, {}), f"{step.title}: {client}"
        before = after
