"""`addressee keys`, with and without a server."""

import asyncio
import json
from pathlib import Path

import pytest

from addressee.database.embedded import EmbeddedPostgres
from addressee.database.installation import Installation
from tests.support.command import addressee
from tests.support.servers import CARELESS


async def create(folder: Path, *arguments: str) -> dict[str, str]:
    finished = await addressee("keys", "create", "--data-dir", folder, "--json", *arguments)
    assert finished.code == 0, finished.errors
    created: dict[str, str] = json.loads(finished.output)
    return created


async def listed(folder: Path) -> list[dict[str, str | None]]:
    finished = await addressee("keys", "list", "--data-dir", folder, "--json")
    return [json.loads(line) for line in finished.output.splitlines()]


async def test_many_commands_at_once_set_up_one_new_installation(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    arguments = ("--environment", "development", "--kind", "secret")
    created = await asyncio.gather(*(create(folder, *arguments) for _ in range(6)))
    assert [set(each) for each in created] == [{"kind", "environment", "key"}] * 6
    assert {each["key"][-4:] for each in created} == {each["ends_in"] for each in await listed(folder)}


async def test_keys_are_made_shown_and_revoked_while_a_server_runs(tmp_path: Path) -> None:
    async with EmbeddedPostgres(Installation(tmp_path).postgres_folder, settings=CARELESS):
        value = "a-key-that-somebody-chose"
        created = await create(tmp_path, "--environment", "staging", "--kind", "public", "--value", value)
        assert created == {"kind": "public", "environment": "staging", "key": value}
        finished = await addressee("keys", "revoke", value, "--data-dir", tmp_path)
        assert finished.code == 0
        assert finished.output.startswith("Revoked the public key ")
        [key] = await listed(tmp_path)
    assert (key["kind"], key["environment"], key["ends_in"]) == ("public", "staging", "hose")
    assert key["revoked_at"] is not None


async def test_a_workspace_key_has_a_secret(tmp_path: Path) -> None:
    created = await create(tmp_path, "--environment", "production", "--kind", "workspace")
    assert list(created) == ["kind", "environment", "key", "secret"]
    assert len(created["key"]) >= 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("create", "--environment", "nowhere", "--kind", "secret"),
            "addressee: There is no environment 'nowhere'; there are development, staging, production.\n",
        ),
        (
            ("create", "--environment", "staging", "--kind", "workspace", "--value", "short"),
            "addressee: A workspace key has at least 20 characters.\n",
        ),
        (
            ("revoke", "unknown"),
            "addressee: There is no such key in force; `addressee keys list` shows them.\n",
        ),
        (
            ("list", "--database-url", "postgresql://postgres@/x?host=/nowhere"),
            "addressee: The database cannot be reached: [Errno 2] No such file or directory.\n",
        ),
    ],
)
async def test_what_cannot_be_done_is_one_line(
    tmp_path_factory: pytest.TempPathFactory, arguments: tuple[str, ...], message: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "refusals"
    finished = await addressee("keys", *arguments, "--data-dir", folder)
    assert finished == (1, "", message)
