"""`addressee push`, as an operator types it."""

from pathlib import Path

import pytest

from tests.support.command import addressee

pytestmark = pytest.mark.usefixtures("database_url")

FOLDER = {
    "channels/in-app.yaml": "type: in_app_feed",
    "workflows/hello.yaml": "steps:\n- {ref: feed, channel: in-app, template: {body: Hello}}",
}


def write(folder: Path, **changed: str) -> Path:
    for name, text in {**FOLDER, **changed}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


async def push(tmp_path: Path, *more: str, environment: str = "staging") -> tuple[int | None, str, str]:
    where = ("--environment", environment, "--data-dir", tmp_path / "data")
    return await addressee("push", tmp_path / "folder", *where, *more)


async def test_what_was_done_is_shown(tmp_path: Path) -> None:
    write(tmp_path / "folder")
    first = await push(tmp_path)
    assert first == (0, "new        channel in-app\nnew        workflow hello\n", "")
    write(tmp_path / "folder", **{"channels/in-app.yaml": "type: in_app_feed\nname: News"})
    code, output, _ = await push(tmp_path)
    assert (code, output.splitlines()[:2]) == (0, ["changed    channel in-app", "unchanged  workflow hello"])


@pytest.mark.parametrize("command", ["push", "diff"])
async def test_a_folder_that_is_not_there_is_named(tmp_path: Path, command: str) -> None:
    refused = await addressee(command, tmp_path / "fodler", "--environment", "staging", "--data-dir", tmp_path / "data")
    assert (refused.code, refused.output) == (2, "")
    assert "Invalid value for " in refused.errors
    assert "fodler' does not exist." in refused.errors


async def test_what_looks_like_a_secret_is_pushed_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "folder", **{"public_variables.yaml": "app_url: https://app.example.com\napi_secret: s3cr3t"})
    code, output, errors = await push(tmp_path)
    assert (code, output.splitlines()[-1]) == (0, "changed    public variables")
    assert errors == (
        "warning: public_variables.yaml:2: 'api_secret' looks like the name of a secret: "
        "whoever may read a feed can read public variables\n"
    )


async def test_a_folder_of_workflows_alone_uses_the_channels_that_there_are(tmp_path: Path) -> None:
    write(tmp_path / "folder")
    await push(tmp_path)
    (tmp_path / "folder" / "channels" / "in-app.yaml").unlink()
    assert await push(tmp_path) == (0, "unchanged  workflow hello\n", "")


async def test_links_of_a_folder_of_workflows_alone_have_schemes_of_the_channels_that_there_are(tmp_path: Path) -> None:
    write(tmp_path / "folder")
    await push(tmp_path)
    channel = tmp_path / "folder" / "channels" / "in-app.yaml"
    channel.unlink()
    (tmp_path / "folder" / "workflows" / "hello.yaml").write_text(
        "steps:\n- {ref: feed, channel: in-app, template: {body: Hello, action_url: 'myapp://orders/1'}}"
    )
    code, output, errors = await push(tmp_path)
    assert (code, output) == (1, "")
    assert errors.splitlines()[0] == (
        "workflows/hello.yaml:2: links of the channel 'in-app' do not have the scheme myapp; see its link_schemes"
    )
    channel.write_text("type: in_app_feed\nsettings: {link_schemes: [myapp]}")
    assert (await push(tmp_path))[0] == 0
    channel.unlink()
    assert await push(tmp_path) == (0, "unchanged  workflow hello\n", "")


async def test_a_folder_of_workflows_alone_uses_the_partials_that_there_are(tmp_path: Path) -> None:
    hello = "steps:\n- {ref: feed, channel: in-app, template: {body: \"{% render 'hello' %}\"}}"
    write(tmp_path / "folder", **{"partials/hello.liquid": "Hello", "workflows/hello.yaml": hello})
    first = await push(tmp_path)
    assert first == (0, "new        channel in-app\nnew        partial hello\nnew        workflow hello\n", "")
    (tmp_path / "folder" / "partials" / "hello.liquid").unlink()
    assert await push(tmp_path) == (0, "unchanged  channel in-app\nunchanged  workflow hello\n", "")


async def test_mistakes_are_shown_with_file_and_line(tmp_path: Path) -> None:
    write(
        tmp_path / "folder",
        **{
            "channels/in-app.yaml": "type: in_app_feed\ncolour: red",
            "channels/mail.yaml": "type: email\nprovider: outbox\nsettings:\n  from: ${SENDER}",
        },
    )
    code, output, errors = await push(tmp_path)
    assert (code, output) == (1, "")
    assert errors.splitlines() == [
        "channels/in-app.yaml:2: there is no 'colour' here; there are type, name, provider, settings, id, failover",
        "channels/mail.yaml:4: the environment variable SENDER is not set",
        "addressee: 2 to correct; nothing was changed.",
    ]


async def test_an_unknown_environment_is_named(tmp_path: Path) -> None:
    write(tmp_path / "folder")
    code, _, errors = await push(tmp_path, environment="prod")
    assert (code, errors) == (
        1,
        "addressee: There is no environment 'prod'; there are development, staging, production.\n",
    )


async def test_a_check_changes_nothing_and_exits_by_what_would_change(tmp_path: Path) -> None:
    write(tmp_path / "folder")
    would = (1, "new        channel in-app\nnew        workflow hello\n", "")
    assert [await push(tmp_path, "--check") for _ in range(2)] == [would, would]
    await push(tmp_path)
    unchanged = "unchanged  channel in-app\nunchanged  workflow hello\n"
    assert await push(tmp_path, "--check") == (0, unchanged, "")
    write(tmp_path / "folder", **{"workflows/hello.yaml": "colour: red"})
    code, output, errors = await push(tmp_path, "--check")
    assert (code, output) == (2, "")
    assert "workflows/hello.yaml:1: there is no 'colour' here" in errors
    assert (await push(tmp_path, "--check", environment="prod"))[0] == 2


ERRORS = Path(__file__).parents[3] / "corpus" / "knock" / "errors"


async def test_every_mistake_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    done = await addressee("push", ERRORS, "--environment", "development", "--data-dir", tmp_path / "data")
    *problems, last = done.errors.splitlines()
    assert problems == (ERRORS / "expected.txt").read_text().splitlines()
    assert {problem.split("/")[1] for problem in problems} == {path.name for path in (ERRORS / "workflows").iterdir()}
    assert (done.code, last) == (1, f"addressee: {len(problems)} to correct; nothing was changed.")
