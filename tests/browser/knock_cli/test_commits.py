"""`knock commit` and `knock commit promote`: from drafts to development, staging and production."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.browser.knock_cli.command_line import Account, KnockCommand


def write_partial(folder: Path, key: str, content: str) -> None:
    file = folder / "partials" / key / "partial.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"name": key, "type": "html", "content": content}))
    (folder / "knock.json").write_text('{"knockDir": "."}')


async def content(knock: KnockCommand, environment: str, key: str) -> Any:
    found = await knock.json("partial", "get", key, "--environment", environment, "--hide-uncommitted-changes")
    return found["content"]


async def commits(knock: KnockCommand, *options: str) -> list[Any]:
    """Returns the commits of the footer."""
    wanted = ("--resource-type", "partial", "--resource-id", "footer-of-commits")
    found: list[Any] = (await knock.json("commit", "list", *wanted, *options))["entries"]
    return found


async def test_drafts_go_live_with_a_commit_and_commits_to_the_next_environments(
    knock: KnockCommand, account: Account, folder: Path
) -> None:
    write_partial(folder, "footer-of-commits", "One")
    await knock.ok("partial", "push", "footer-of-commits")
    assert "was not found" in await knock.refused("partial", "get", "footer-of-commits", "--hide-uncommitted-changes")
    assert "Successfully committed all changes" in await knock.ok("commit", "-m", "The first footer", "--force")
    assert await content(knock, "development", "footer-of-commits") == "One"

    [commit] = await commits(knock)
    assert commit["resource"] == {"type": "partial", "identifier": "footer-of-commits"}
    assert (commit["commit_message"], commit["environment"]) == ("The first footer", "development")
    assert commit["author"] == {"email": "laptop", "name": None}
    assert "The first footer" in await knock.ok("commit", "get", commit["id"])
    assert await commits(knock, "--no-promoted") == [commit]

    promoted = await knock.ok("commit", "promote", "--only", commit["id"], "--force")
    assert "into `staging` environment" in promoted
    assert await content(knock, "staging", "footer-of-commits") == "One"
    assert await commits(knock, "--no-promoted") == []
    assert await commits(knock, "--promoted") == [commit]
    again = await knock.refused("commit", "promote", "--only", commit["id"], "--force")
    assert "This commit is live in 'staging' already" in again

    assert "was not found" in await knock.refused("partial", "get", "footer-of-commits", "--environment", "production")
    await knock.ok("commit", "promote", "--to", "production", "--force")
    assert await content(knock, "production", "footer-of-commits") == "One"


async def test_only_some_drafts_are_committed(knock: KnockCommand, folder: Path) -> None:
    write_partial(folder, "first", "1")
    write_partial(folder, "second", "2")
    await knock.ok("partial", "push", "--all", "--partials-dir", str(folder / "partials"))
    await knock.ok("commit", "--resource-type", "partial", "--resource-id", "first", "--force")
    assert await content(knock, "development", "first") == "1"
    assert "was not found" in await knock.refused("partial", "get", "second", "--hide-uncommitted-changes")
    found = await knock.json("commit", "list", "--resource-type", "partial", "--resource-id", "first")
    assert [each["resource"]["identifier"] for each in found["entries"]] == ["first"]


async def test_what_the_next_environment_lacks_is_told(knock: KnockCommand, account: Account, folder: Path) -> None:
    workflow = {
        "name": "Pigeons",
        "steps": [
            {
                "ref": "a",
                "type": "channel",
                "channel_key": "in-app",
                "template": {"markdown_body": "x", "action_url": "/"},
            }
        ],
    }
    (folder / "workflows/pigeons").mkdir(parents=True)
    (folder / "workflows/pigeons/workflow.json").write_text(json.dumps(workflow))
    (folder / "knock.json").write_text('{"knockDir": "."}')
    await knock.ok("workflow", "push", "pigeons", "--commit")
    await account.pool.execute("UPDATE addressee.channels SET key = 'gone' WHERE environment_id = 2 AND key = 'in-app'")
    refused = await knock.refused("commit", "promote", "--to", "staging", "--force")
    assert "What is to be promoted to 'staging' has" in refused
    assert "workflow pigeons: " in refused
    await account.pool.execute("UPDATE addressee.channels SET key = 'in-app' WHERE environment_id = 2 AND key = 'gone'")


async def test_nothing_comes_before_the_first_environment_nor_after_the_last(knock: KnockCommand) -> None:
    refused = await knock.refused("commit", "promote", "--to", "development", "--force")
    assert "There is no environment before 'development'" in refused
    refused = await knock.refused("commit", "promote", "--to", "nowhere", "--force")
    assert "must be one of development, staging, production" in refused
