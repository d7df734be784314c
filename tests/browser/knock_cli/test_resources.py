"""One resource after the other: what is listed, shown, checked and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.knock_cli.command_line import KnockCommand

WELCOME: dict[str, Any] = {
    "name": "Welcome",
    "categories": ["greetings"],
    "steps": [
        {
            "ref": "feed",
            "type": "channel",
            "channel_key": "in-app",
            "channel_type": "in_app_feed",
            "template": {"action_url": "/", "markdown_body@": "feed/markdown_body.md"},
        },
        {"ref": "wait", "type": "delay", "settings": {"delay_for": {"unit": "minutes", "value": 5}}},
        {
            "ref": "mail",
            "type": "channel",
            "channel_key": "email",
            "template": {"settings": {"layout_key": "frame"}, "subject": "Hello", "html_body": "<p>Hello</p>"},
        },
    ],
}


def write(folder: Path, path: str, content: Any) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))


def write_welcome(folder: Path, **changed: Any) -> None:
    write(folder, "layouts/frame/layout.json", {"name": "Frame", "html_layout": "<body>{{ content }}</body>"})
    write(folder, "workflows/welcome/workflow.json", {**WELCOME, **changed})
    write(folder, "workflows/welcome/feed/markdown_body.md", "Hello\n{{ recipient.name }}\n")


@pytest.fixture(autouse=True)
def project(folder: Path) -> None:
    write(folder, "knock.json", {"knockDir": "."})


async def test_a_workflow_is_pushed_shown_committed_and_run(knock: KnockCommand, folder: Path) -> None:
    write_welcome(folder)
    await knock.ok("layout", "push", "frame", "--commit")
    assert "Successfully validated 1 workflow(s)" in await knock.ok("workflow", "validate", "welcome")
    assert "Successfully pushed 1 workflow(s)" in await knock.ok("workflow", "push", "welcome")
    assert (folder / "workflows/welcome/mail/html_body.html").read_text() == "<p>Hello</p>"

    shown = await knock.ok("workflow", "get", "welcome")
    assert "Welcome" in shown
    assert "Channel: in-app" in shown
    draft = await knock.json("workflow", "get", "welcome")
    assert (draft["active"], draft["environment"], draft["name"]) == (False, "development", "Welcome")
    assert "was not found" in await knock.refused("workflow", "get", "welcome", "--hide-uncommitted-changes")
    assert "welcome" in [each["key"] for each in (await knock.json("workflow", "list"))["entries"]]

    refused = await knock.refused("workflow", "run", "welcome", "--recipients", "ada")
    assert "ApiError:" in refused
    assert "welcome" in refused
    await knock.ok("commit", "--force", "-m", "A greeting")
    assert "Workflow run id:" in await knock.ok("workflow", "run", "welcome", "--recipients", "ada", "--data", "{}")

    await knock.ok("workflow", "activate", "welcome", "--environment", "development", "--status", "false", "--force")
    assert (await knock.json("workflow", "get", "welcome"))["active"] is False
    await knock.ok("workflow", "push", "welcome", "--commit", "-m", "Nothing new")
    assert (await knock.json("workflow", "get", "welcome"))["active"] is False
    await knock.ok("workflow", "activate", "welcome", "--environment", "development", "--force")
    assert (await knock.json("workflow", "get", "welcome"))["active"] is True


async def test_layouts_partials_and_audiences_are_listed_and_shown(knock: KnockCommand, folder: Path) -> None:
    write(folder, "layouts/frame/layout.json", {"name": "Frame", "html_layout": "<body>{{ content }}</body>"})
    write(folder, "partials/footer/partial.json", {"name": "Footer", "type": "html", "content": "<p>Bye</p>"})
    write(folder, "audiences/vips/audience.json", {"name": "VIPs", "type": "static"})
    for kind, key in (("layout", "frame"), ("partial", "footer"), ("audience", "vips")):
        assert "Successfully pushed 1" in await knock.ok(kind, "push", key)
        assert key in [each["key"] for each in (await knock.json(kind, "list"))["entries"]]
        assert (await knock.json(kind, "get", key))["key"] == key
        await knock.ok(kind, "get", key)
        before = (folder / f"{kind}s" / key / f"{kind}.json").read_bytes()
        await knock.ok(kind, "pull", key, "--force")
        assert (folder / f"{kind}s" / key / f"{kind}.json").read_bytes() == before
    assert (folder / "partials/footer/content.html").read_text() == "<p>Bye</p>"
    await knock.ok("audience", "archive", "vips", "--environment", "development", "--force")
    assert "was not found" in await knock.refused("audience", "get", "vips")


async def test_translations_are_pushed_and_pulled(knock: KnockCommand, folder: Path, tmp_path: Path) -> None:
    write(folder, "translations/nl/nl.json", '{\n  "hello": "Hallo",\n  "bye": {\n    "now": "Dag"\n  }\n}\n')
    write(folder, "translations/nl/shop.nl.json", '{\n  "cart": "Mandje"\n}\n')
    pushed = {file.name: file.read_text() for file in (folder / "translations/nl").iterdir()}
    assert "Successfully validated 2 translation(s)" in await knock.ok("translation", "validate", "--all")
    await knock.ok("translation", "push", "--all")
    listed = (await knock.json("translation", "list"))["entries"]
    assert {("nl", ""), ("nl", "shop")} <= {(each["locale_code"], each["namespace"]) for each in listed}
    assert json.loads((await knock.json("translation", "get", "shop.nl"))["content"]) == {"cart": "Mandje"}
    assert "Mandje" in await knock.ok("translation", "get", "shop.nl")
    pulled = tmp_path / "pulled"
    await knock.ok("translation", "pull", "--all", "--translations-dir", str(pulled), "--force")
    assert {file.name: file.read_text() for file in (pulled / "nl").iterdir()} == pushed
    assert 'msgid "hello"' in await knock.ok("translation", "get", "nl", "--format", "po")
    write(folder, "translations/nl/nl.json", {"hello": "{% if"})
    refused = await knock.refused("translation", "validate", "nl")
    assert 'data at "content"' in refused
    assert "'hello' is not Liquid" in refused


async def test_guides_and_message_types_are_refused(knock: KnockCommand, folder: Path) -> None:
    write(folder, "message-types/banner/message_type.json", {"name": "Banner", "variants": []})
    assert "Message types are not supported here, and nothing was stored; leave their folder out." in (
        await knock.refused("message-type", "push", "banner")
    )
    write(folder, "guides/tour/guide.json", {"name": "Tour", "steps": []})
    assert "Guides are not supported here" in await knock.refused("guide", "push", "tour")


def feed(**template: Any) -> dict[str, Any]:
    return {
        "ref": "feed",
        "type": "channel",
        "channel_key": "in-app",
        "template": {"markdown_body": "Hello", "action_url": "/", **template},
    }


def mistake(*steps: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {"name": "Wrong", "steps": list(steps), **top}


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown type of step": (
        mistake({"ref": "a", "type": "dellay"}),
        "steps[0].type",
        "delay",
    ),
    "an unknown field": (mistake(feed(), colour="red"), "colour", "there is no 'colour' here"),
    "an unknown field of a template": (mistake(feed(subjct="Hi")), "steps[0].template", "'subjct'"),
    "a ref that is there twice": (mistake(feed(), feed()), "steps[1].ref", "'feed'"),
    "an unknown channel": (mistake({**feed(), "channel_key": "pigeon"}), "steps[0].channel_key", "'pigeon'"),
    "an unknown operator": (
        mistake({**feed(), "conditions": {"all": [{"variable": "data.a", "operator": "is", "argument": "b"}]}}),
        "steps[0].conditions",
        "operator",
    ),
    "a template that is not Liquid": (
        mistake(feed(markdown_body="Hello\n{% if %}")),
        "steps[0].template.markdown_body",
        "line 2",
    ),
    "a layout that is not there": (
        mistake(
            {
                "ref": "mail",
                "type": "channel",
                "channel_key": "email",
                "template": {"subject": "a", "html_body": "b", "settings": {"layout_key": "nowhere"}},
            }
        ),
        "steps[0].template.settings.layout_key",
        "'nowhere'",
    ),
    "a sliding batch without a limit": (
        mistake(
            {
                "ref": "batch",
                "type": "batch",
                "settings": {"batch_window": {"unit": "minutes", "value": 5}, "batch_window_type": "sliding"},
            },
            feed(),
        ),
        "steps[0].settings",
        "batch_window_extension_limit",
    ),
    "send windows of five days": (
        mistake({**feed(), "send_windows": [{"day": "monday", "type": "do_not_send"}]}),
        "steps[0].send_windows",
        "day",
    ),
    "branches without a default": (
        mistake(
            {
                "ref": "branch",
                "type": "branch",
                "branches": [
                    {
                        "name": "One",
                        "conditions": {"all": [{"variable": "data.a", "operator": "not_empty"}]},
                        "steps": [feed()],
                    }
                ],
            }
        ),
        "steps[0].branches",
        "default",
    ),
}


async def test_every_mistake_is_shown_with_its_place(knock: KnockCommand, folder: Path) -> None:
    for number, (workflow, _, _) in enumerate(MISTAKES.values()):
        write(folder, f"workflows/wrong-{number}/workflow.json", workflow)
    refused = await knock.refused("workflow", "validate", "--all")
    told = refused.split(f"{folder}/workflows/")
    wrong = []
    for number, (what, (_, path, message)) in enumerate(MISTAKES.items()):
        [said] = [each for each in told if each.startswith(f"wrong-{number}/workflow.json")]
        if f'data at "{path}' not in said or message not in said:
            wrong.append(f"{what}: {said}")
    assert not wrong, "\n".join(wrong)


async def test_a_file_that_is_missing_is_found_by_the_command_line_itself(knock: KnockCommand, folder: Path) -> None:
    write(folder, "workflows/wrong/workflow.json", mistake({**feed(), "template": {"markdown_body@": "feed/none.md"}}))
    assert 'data at "steps[0].template.markdown_body@"' in await knock.refused("workflow", "push", "wrong")
