"""`addressee secrets`."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from addressee.database.environment_variables import DATABASE_URL
from tests.support.command import COMMAND, Finished, addressee

pytestmark = pytest.mark.usefixtures("database_url")

VALUE = "tok-5ecret-value"


async def secrets(folder: Path, command: str, *arguments: str) -> Finished:
    return await addressee("secrets", command, *arguments, "--environment", "development", "--data-dir", folder)


def value_file(folder: Path, text: str) -> str:
    path = folder / "value"
    path.write_text(text)
    return str(path)


async def test_secrets_are_set_listed_without_their_values_and_removed(tmp_path: Path) -> None:
    done = await secrets(tmp_path, "set", "crm_token", "--value-file", value_file(tmp_path, VALUE + "\n"))
    assert (done.code, done.output) == (0, "Set crm_token.\n")
    listed = await secrets(tmp_path, "list", "--json")
    (entry,) = [json.loads(each) for each in listed.output.splitlines()]
    assert (entry["name"], VALUE in listed.output) == ("crm_token", False)
    removed = await secrets(tmp_path, "remove", "crm_token")
    assert removed.output == "Removed crm_token.\n"
    again = await secrets(tmp_path, "remove", "crm_token")
    assert (again.code, again.errors) == (1, "addressee: There is no secret 'crm_token' in development.\n")
    assert (await secrets(tmp_path, "list")).output == ""


async def test_a_value_may_come_from_standard_input(tmp_path: Path, database_url: str) -> None:
    command = ("secrets", "set", "token", "--environment", "development", "--data-dir", str(tmp_path))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADDRESSEE_")}
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**environment, DATABASE_URL: database_url}
    )
    output, errors = await process.communicate(VALUE.encode())
    assert (process.returncode, output.decode(), errors.decode()) == (0, "Set token.\n", "")


async def test_mistakes_are_named_in_one_line(tmp_path: Path) -> None:
    for name, text, problem in (
        ("a-b", VALUE, "A secret's name has letters, digits and _, and begins with a letter."),
        ("short", "x", "A secret has 8 to 10,000 characters."),
        ("long", "x" * 10_001, "A secret has 8 to 10,000 characters."),
    ):
        refused = await secrets(tmp_path, "set", name, "--value-file", value_file(tmp_path, text))
        assert (refused.code, refused.errors) == (1, f"addressee: {problem}\n")
    missing = await secrets(tmp_path, "set", "token", "--value-file", str(tmp_path / "nothing"))
    message = f"The file {tmp_path}/nothing cannot be read: No such file or directory."
    assert (missing.code, missing.errors) == (1, f"addressee: {message}\n")


async def test_a_push_names_the_secrets_that_are_not_there(tmp_path: Path) -> None:
    workflow = tmp_path / "pushed" / "workflows" / "fetching.yaml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        "steps:\n  - ref: ask\n    type: http_fetch\n    settings:\n      url: https://example.com/\n"
        "      headers: {authorization: 'Bearer {{ secrets.token }}'}\n"
    )
    push = ("push", tmp_path / "pushed", "--environment", "development", "--data-dir", tmp_path)
    refused = await addressee(*push)
    assert "workflows/fetching.yaml:6: there is no secret 'token'" in refused.errors
    await secrets(tmp_path, "set", "token", "--value-file", value_file(tmp_path, VALUE))
    done = await addressee(*push)
    assert (done.code, done.output) == (0, "new        workflow fetching\n")
