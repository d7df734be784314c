"""The examples of steps in the documentation do what it says."""

import re
from pathlib import Path
from typing import Any

import msgspec

from addressee.directory.edits.lists import LISTS
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.environment.secrets import Secrets
from tests.channels.provider_server import Reply, provider_server
from tests.messaging.office import FILES, SEALER, Office

DOCUMENTS = Path(__file__).parents[3] / "docs" / "workflows"


def example(document: str) -> str:
    """Returns the first workflow in a document."""
    found = re.search(r"```yaml\n(steps:\n.*?)```", (DOCUMENTS / document).read_text(), re.DOTALL)
    assert found is not None
    return found[1]


async def texts(office: Office, workflow: str, **rest: Any) -> list[str]:
    """Carries out a workflow for Ada, and returns what her feed says."""
    await office.push({**FILES, "workflows/documented.yaml": workflow})
    await office.identify("ada")
    await office.trigger("ada", workflow="documented", **rest)
    await office.work()
    return [item.blocks[0].rendered for item in (await office.feed("ada")).items.entries]


async def test_fetch(office: Office) -> None:
    await Secrets(office.pool, SEALER).set(office.environment_id, "crm_token", "a-secret-token", office.clock.now())
    async with provider_server() as crm:
        crm.answer = lambda request: Reply(body={"customer": {"plan": "gold", "seats": 7}})
        workflow = example("fetch.md").replace("https://crm.example.com", crm.url)
        assert await texts(office, workflow) == ["<p>7 seats are yours.</p>"]
        (request,) = crm.received
        assert (request.path, request.query) == ("/customers/ada", "fields=plan,seats")
        assert request.headers["authorization"] == "Bearer a-secret-token"


async def test_update_data(office: Office) -> None:
    data = {"seats": 3, "price": 20, "people": ["Ada", "Bob"], "order": {"id": "o1"}}
    assert await texts(office, example("update-data.md"), data=data) == ["<p>3 seats for 60</p>"]
    (run,) = await office.recipient_runs()
    assert msgspec.json.decode(run["data"]) == {
        "total": 60,
        "label": "3 seats",
        "names": ["Ada", "Bob"],
        "order": {"id": "o1", "total": 60},
    }


async def test_update_steps(office: Office) -> None:
    def place(collection: str, id: str) -> Place:
        return Place(office.environment_id, collection, id)

    await office.directory.write(Write(place(TENANTS, "acme"), (Identify(),)))
    data = {"step": "profile", "project_id": "p1"}
    assert await texts(office, example("update-steps.md"), data=data, tenant="acme") == ["<p>Step profile is done.</p>"]
    assert [entry for entry in await office.journal("ada") if entry["status"] == "error"] == []
    places = [place(USERS, "ada"), place(TENANTS, "acme"), place("projects", "p1"), place(LISTS, "newcomers")]
    ada, acme, project, _ = [(await office.directory.read_all(places))[each] for each in places]
    assert ada.properties == {"onboarding": {"step": "profile"}}
    assert (acme.properties, project.properties) == ({"last_step": "profile"}, {"status": "active"})
    counts = await office.directory.subscriptions.count_subscribers_of([project])
    assert counts[project.uid] == 1
