"""`knock whoami`, `knock environment list` and `knock channel list`."""

from __future__ import annotations

from tests.browser.knock_cli.command_line import Account, KnockCommand


async def test_whoami_names_the_key(knock: KnockCommand) -> None:
    assert await knock.ok("whoami") == (
        "‣ Successfully authenticated:\n    Account name: Addressee\n    Service token name: laptop\n"
    )


async def test_environments_are_listed_in_their_order(knock: KnockCommand) -> None:
    assert [each["slug"] for each in await knock.json("environment", "list")] == [
        "development",
        "staging",
        "production",
    ]
    assert "development" in await knock.ok("environment", "list")


async def test_channels_of_all_environments_are_listed_once(knock: KnockCommand) -> None:
    found = {each["key"]: each for each in await knock.json("channel", "list")}
    assert {key: each["type"] for key, each in found.items()} == {
        "email": "email",
        "hook": "http",
        "in-app": "in_app_feed",
        "push": "push",
        "push-old": "push",
        "slack": "chat",
        "sms": "sms",
    }
    assert list(found["email"]["environment_settings"]) == ["development", "staging", "production"]
    assert "Showing 7 channels" in await knock.ok("channel", "list")


async def test_a_wrong_key_is_refused(knock: KnockCommand) -> None:
    refused = await knock("whoami", token="st_unknown")
    assert refused.code == 2
    assert "Send a service key that is in force" in refused.errors


async def test_a_key_for_one_environment_opens_no_other(knock: KnockCommand, account: Account) -> None:
    created = await account.keys.create("staging", "service", name="pipeline")
    assert "pipeline" in (await knock("whoami", token=created.key)).output
    refused = await knock("guide", "list", token=created.key)
    assert refused.code == 2
    assert "ApiError: This key does not open the environment 'development'." in refused.errors
    assert 'JsonDataError: data at "environment" must be one of staging' in refused.errors


async def test_what_is_not_there_is_listed_as_nothing(knock: KnockCommand) -> None:
    assert "Showing 0 guides" in await knock.ok("guide", "list")
    assert "Showing 0 in-app message types" in await knock.ok("message-type", "list")
    assert "Showing 0 branches" in await knock.ok("branch", "list")
