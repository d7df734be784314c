"""`addressee keys`, with and without a server."""

import asyncio
import json
from pathlib import Path

import pytest

from addressee.channels.push.web_push import web_push_problems
from addressee.database.embedded.server import EmbeddedPostgres
from addressee.database.installation import Installation
from tests.support.command import addressee, addressee_anew
from tests.support.servers import CARELESS


async def create(folder: Path, *arguments: str) -> dict[str, str]:
    finished = await addressee_anew("keys", "create", "--data-dir", folder, "--json", *arguments)
    assert finished.code == 0, finished.errors
    created: dict[str, str] = json.loads(finished.output)
    return created


async def listed(folder: Path) -> list[dict[str, str | None]]:
    finished = await addressee("keys", "list", "--data-dir", folder, "--json")
    return [json.loads(line) for line in finished.output.splitlines()]


async def test_many_commands_at_once_set_up_one_new_installation(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    arguments = ("--environment", "development", "--kind", "secret")
    created = await asyncio.gather(*(create(folder, *arguments) for _ in range(4)))
    assert [list(each) for each in created] == [["kind", "environment", "key"]] * 4
    assert {each["key"][-4:] for each in created} == {each["ends_in"] for each in await listed(folder)}


@pytest.mark.usefixtures("database_url")
async def test_the_secret_of_a_workspace_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("what they sign with\n")
    arguments = ("--environment", "staging", "--kind", "workspace", "--secret-file", str(file))
    assert (await create(tmp_path / "data", *arguments))["secret"] == "what they sign with"


@pytest.mark.usefixtures("database_url")
async def test_a_key_is_listed_by_its_name(tmp_path: Path) -> None:
    await create(tmp_path, "--environment", "staging", "--kind", "secret", "--name", "shop server")
    [key] = await listed(tmp_path)
    assert (key["name"], key["used_at"]) == ("shop server", None)


async def test_a_pair_for_web_push_is_what_its_channel_takes() -> None:
    made = json.loads((await addressee("keys", "create-vapid", "--json")).output)
    assert list(web_push_problems({**made, "subject": "https://example.com"})) == []
    shown = await addressee("keys", "create-vapid")
    lines = [line.split() for line in shown.output.splitlines()]
    assert [name for name, _ in lines] == ["public_key", "private_key"]
    assert list(web_push_problems({**dict(lines), "subject": "https://example.com"})) == []
    assert dict(lines) != made


async def test_keys_are_made_shown_and_revoked_while_a_server_runs(tmp_path: Path) -> None:
    value = "a-key-that-somebody-chose"
    async with EmbeddedPostgres(Installation(tmp_path).postgres_folder, settings=CARELESS):
        created = await create(tmp_path, "--environment", "staging", "--kind", "workspace", "--value", value)
        revoked = await addressee("keys", "revoke", value, "--data-dir", tmp_path)
        [key] = await listed(tmp_path)
    assert list(created) == ["kind", "environment", "key", "secret"]
    assert (created["kind"], created["environment"], created["key"]) == ("workspace", "staging", value)
    assert (key["kind"], key["environment"], key["ends_in"]) == ("workspace", "staging", "hose")
    assert revoked == (0, f"Revoked the workspace key {key['id']} of staging.\n", "")
    assert key["revoked_at"] is not None


@pytest.mark.usefixtures("database_url")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--environment", "nowhere"),
            "There is no environment 'nowhere'; there are development, staging, production.",
        ),
        (
            ("--environment", "staging", "--database-url", "postgresql://postgres@/x?host=/nowhere"),
            "The database cannot be reached: [Errno 2] No such file or directory.",
        ),
    ],
)
async def test_what_cannot_be_done_is_one_line(
    tmp_path: Path,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    finished = await addressee_anew("keys", "create", "--kind", "secret", *arguments, "--data-dir", tmp_path)
    assert finished == (1, "", f"addressee: {message}\n")


@pytest.mark.usefixtures("database_url")
async def test_a_service_key_is_shown_as_one_of_all_environments(tmp_path: Path) -> None:
    created = await create(tmp_path, "--kind", "service", "--name", "laptop")
    [key] = await listed(tmp_path)
    assert (created["environment"], key["environment"], key["kind"]) == ("all", "all", "service")
    revoked = await addressee("keys", "revoke", created["key"], "--data-dir", tmp_path)
    assert revoked.output == f"Revoked the service key {key['id']} of all environments.\n"


@pytest.mark.usefixtures("database_url")
async def test_a_key_of_another_kind_needs_an_environment(tmp_path: Path) -> None:
    refused = await addressee("keys", "create", "--data-dir", tmp_path, "--kind", "secret")
    assert refused == (1, "", "addressee: A secret key belongs to one environment; name it.\n")
