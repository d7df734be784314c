"""What a push does to an environment."""

from pathlib import Path
from uuid import UUID

import pytest

from addressee.messaging.environment import channels
from addressee.messaging.environment.variables import Variables, read_variables
from addressee.messaging.workflows.configuration import ConfigurationError
from addressee.messaging.workflows.example import install_example
from addressee.preferences.defaults import read_defaults
from tests.messaging.office import FILES, IN_APP, OUTBOX, SEALER, WELCOME, Office
from tests.messaging.workflows.test_files import SMTP


async def effects(office: Office, files: dict[str, str], **environment: str) -> dict[str, str]:
    return {each.what: str(each.effect) for each in await office.push(files, environment)}


async def versions(office: Office) -> int:
    count: int = await office.pool.fetchval(
        "SELECT count(*) FROM addressee.workflow_versions WHERE environment_id = $1", office.environment_id
    )
    return count


async def variables(office: Office) -> Variables:
    return await read_variables(office.pool, office.environment_id)


async def test_pushing_the_same_again_changes_nothing(office: Office) -> None:
    first = await effects(office, FILES)
    assert first == {
        "channel email": "new",
        "channel in-app": "new",
        "workflow welcome": "new",
        "public variables": "changed",
    }
    assert await effects(office, FILES) == dict.fromkeys(first, "unchanged")
    assert await versions(office) == 1


async def test_a_changed_workflow_is_a_new_version(office: Office) -> None:
    await office.push()
    changed = {**FILES, "workflows/welcome.yaml": WELCOME.replace("Hello", "Good day")}
    assert (await effects(office, changed))["workflow welcome"] == "changed"
    assert await versions(office) == 2


async def test_switching_a_workflow_off_is_not_a_new_version(office: Office) -> None:
    await office.push()
    assert (await effects(office, {**FILES, "workflows/welcome.yaml": f"{WELCOME}\nactive: false"}))[
        "workflow welcome"
    ] == "changed"
    assert await versions(office) == 1


async def test_a_channel_keeps_its_id(office: Office) -> None:
    await office.push()
    before = await office.channel_id()
    assert (await effects(office, {**FILES, "channels/in-app.yaml": f"{IN_APP}\nname: News"}))["channel in-app"] == (
        "changed"
    )
    assert await office.channel_id() == before


async def test_a_channel_may_bring_its_id_from_elsewhere(office: Office) -> None:
    id = "8209f26c-62a5-461d-95e2-a5716a26e652"
    await office.push({"channels/feed.yaml": f"{IN_APP}\nid: {id}"})
    assert await office.channel_id("feed") == UUID(id)


async def test_default_preferences_are_replaced_and_stay_when_nothing_is_said(office: Office) -> None:
    first = {"preferences.yaml": "kinds: {sms: false}"}
    assert (await effects(office, {**FILES, **first}))["preferences"] == "changed"
    assert (await effects(office, {**FILES, **first}))["preferences"] == "unchanged"
    (office.folder / "pushed" / "preferences.yaml").unlink()
    assert "preferences" not in await effects(office, FILES)
    assert (await read_defaults(office.pool, office.environment_id)).default == {"kinds": {"sms": False}}
    await effects(office, {**FILES, "preferences.yaml": ""})
    assert (await read_defaults(office.pool, office.environment_id)).default == {}


async def test_categories_are_replaced_and_stay_when_nothing_is_said(office: Office) -> None:
    first = {"categories.yaml": "sections: [{categories: [{key: orders, name: Orders, mandatory: [push]}]}]"}
    assert (await effects(office, {**FILES, **first}))["categories"] == "changed"
    assert (await effects(office, {**FILES, **first}))["categories"] == "unchanged"
    (office.folder / "pushed" / "categories.yaml").unlink()
    assert "categories" not in await effects(office, FILES)
    (section,) = (await read_defaults(office.pool, office.environment_id)).sections
    assert [(each.key, each.mandatory) for each in section.categories] == [
        ("orders", ("android_push", "ios_push", "web_push"))
    ]
    await effects(office, {**FILES, "categories.yaml": ""})
    assert (await read_defaults(office.pool, office.environment_id)).sections == ()


async def test_variables_are_replaced_and_stay_when_nothing_is_said(office: Office) -> None:
    await office.push({"variables.yaml": "one: 1\ntwo: 2", "public_variables.yaml": "app_url: https://app.example"})
    for file in (office.folder / "pushed").glob("*.yaml"):
        file.unlink()
    silent = {"channels/in-app.yaml": IN_APP}
    assert await effects(office, silent) == {"channel in-app": "new"}
    assert await variables(office) == Variables({"one": 1, "two": 2}, {"app_url": "https://app.example"})
    assert await effects(office, {"variables.yaml": "two: 3"}) == {
        "channel in-app": "unchanged",
        "variables": "changed",
    }
    assert await variables(office) == Variables({"two": 3}, {"app_url": "https://app.example"})
    assert (await effects(office, {"public_variables.yaml": ""}))["public variables"] == "changed"
    assert await variables(office) == Variables({"two": 3}, {})


async def test_a_variable_is_public_or_not_as_the_last_file_that_names_it_says(office: Office) -> None:
    await office.push({"variables.yaml": "app_url: a\nother: b"})
    (office.folder / "pushed" / "variables.yaml").unlink()
    assert await effects(office, {"public_variables.yaml": "app_url: a"}) == {
        "variables": "changed",
        "public variables": "changed",
    }
    assert await variables(office) == Variables({"other": "b"}, {"app_url": "a"})
    (office.folder / "pushed" / "public_variables.yaml").unlink()
    await effects(office, {"variables.yaml": "app_url: c"})
    assert await variables(office) == Variables({"app_url": "c"}, {})


async def test_what_was_stored_before_variables_could_be_public_is_not(office: Office) -> None:
    await office.pool.execute(
        "INSERT INTO addressee.variables (environment_id, document) VALUES ($1, $2)",
        office.environment_id,
        b'{"app_url": "https://app.example"}',
    )
    assert await variables(office) == Variables({"app_url": "https://app.example"}, {})


@pytest.mark.parametrize(
    ("files", "mistake"),
    [
        (
            {"channels/email.yaml": IN_APP},
            "channels/email.yaml:1: this channel is of type email; use another key",
        ),
        (
            {"channels/in-app.yaml": f"{IN_APP}\nid: 8209f26c-62a5-461d-95e2-a5716a26e652"},
            "channels/in-app.yaml:2: this channel has the id {in_app}; use another key",
        ),
        (
            {"channels/feed.yaml": f"{IN_APP}\nid: {{in_app}}"},
            "channels/feed.yaml:2: this is the id of the channel 'in-app'",
        ),
    ],
)
async def test_a_channel_does_not_become_another(office: Office, files: dict[str, str], mistake: str) -> None:
    await office.push()
    in_app = str(await office.channel_id())
    for file in (office.folder / "pushed").rglob("*.yaml"):
        file.unlink()
    more = {"variables.yaml": "changed: true"}
    with pytest.raises(ConfigurationError) as error:
        await office.push({**more, **{name: text.replace("{in_app}", in_app) for name, text in files.items()}})
    assert [str(each) for each in error.value.problems] == [mistake.replace("{in_app}", in_app)]
    assert await variables(office) == Variables({}, {"app_url": "https://app.example"})


async def test_secrets_are_sealed(office: Office) -> None:
    files = {"channels/mail.yaml": SMTP}
    assert (await effects(office, files, SMTP_PASSWORD="s3cret", DOMAIN="example.com"))["channel mail"] == "new"
    row = await office.pool.fetchrow(
        "SELECT id, settings, sealed_secrets FROM addressee.channels WHERE environment_id = $1", office.environment_id
    )
    assert row is not None
    assert b"s3cret" not in row["settings"] + row["sealed_secrets"]
    assert channels.open_secrets(SEALER, row["id"], row["sealed_secrets"]) == {"password": "s3cret"}
    assert (await effects(office, files, SMTP_PASSWORD="s3cret", DOMAIN="example.com"))["channel mail"] == "unchanged"
    assert (await effects(office, files, SMTP_PASSWORD="other", DOMAIN="example.com"))["channel mail"] == "changed"


async def test_environments_do_not_see_each_others_channels(office: Office, other: Office) -> None:
    await office.push()
    assert await channels.all_channels(office.pool, other.environment_id) == []
    await other.push({"channels/in-app.yaml": IN_APP, "channels/email.yaml": OUTBOX})
    assert await office.channel_id() != await other.channel_id()
    assert await office.messaging.channels.get(other.environment_id, await office.channel_id()) is None


async def test_the_example_is_installed_once(office: Office, tmp_path: Path) -> None:
    development: int = await office.pool.fetchval("SELECT id FROM addressee.environments WHERE name = 'development'")
    await install_example(office.pool, SEALER)
    keys = [channel.key for channel in await channels.all_channels(office.pool, development)]
    assert keys == ["email", "in-app"]
    await office.pool.execute("UPDATE addressee.channels SET name = 'Mine' WHERE environment_id = $1", development)
    await install_example(office.pool, SEALER)
    names = {channel.name for channel in await channels.all_channels(office.pool, development)}
    assert names == {"Mine"}
