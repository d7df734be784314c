"""`addressee promote`, as an operator types it."""

from pathlib import Path

import pytest

from addressee.cli.authorship import default_author
from tests.support.command import Finished, addressee, addressee_asked

pytestmark = pytest.mark.usefixtures("database_url")

IN_APP = {"channels/in-app.yaml": "type: in_app_feed"}
FOLDER = {
    **IN_APP,
    "workflows/hello.yaml": "steps:\n- {ref: feed, channel: in-app, template: {body: \"{% render 'bye' %}\"}}",
    "partials/bye.liquid": "Bye",
}


async def push(tmp_path: Path, files: dict[str, str], environment: str) -> None:
    folder = tmp_path / environment
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    done = await addressee("push", folder, "--environment", environment, "--data-dir", tmp_path / "data")
    assert done.code == 0


async def promote(tmp_path: Path, *more: str, source: str = "development", target: str = "production") -> Finished:
    return await addressee("promote", "--from", source, "--to", target, "--data-dir", tmp_path / "data", *more)


async def test_what_the_target_lacks_is_told(tmp_path: Path) -> None:
    await push(tmp_path, FOLDER, "development")
    code, output, errors = await promote(tmp_path, "--yes")
    assert (code, output) == (1, "")
    assert errors.splitlines() == [
        "workflow hello: steps[0].channel: there is no channel 'in-app'; there are none",
        "addressee: 1 to correct; nothing was promoted to production.",
    ]
    await push(tmp_path, IN_APP, "production")
    code, output, errors = await promote(tmp_path, "--only", "workflow/hello", "--yes")
    assert (code, output) == (1, "")
    assert errors.splitlines()[0] == (
        "workflow hello: steps[0].template.body: there is no partial 'bye'; there are none"
    )


async def test_what_an_environment_lacks_is_promoted_to_it(tmp_path: Path) -> None:
    await push(tmp_path, FOLDER, "development")
    await push(tmp_path, IN_APP, "production")
    code, output, errors = await promote(tmp_path)
    assert (code, output) == (1, "new        partial bye\nnew        workflow hello\n")
    assert errors == "addressee: Give --yes to promote this. Nothing was promoted.\n"
    one = await promote(tmp_path, "--only", "partial/bye", "--yes")
    assert one == (0, "new        partial bye\nPromoted to production: 1.\n", "")
    where = ("--from", "development", "--to", "production", "--data-dir", tmp_path / "data")
    agreed = await addressee_asked("y", "promote", *where)
    question = "Promote this from development to production? [y/N]: "
    assert agreed == (0, "new        workflow hello\nPromoted to production: 1.\n", question)
    assert await promote(tmp_path) == (0, "production has everything that development has.\n", "")


async def test_what_cannot_be_promoted_is_told(tmp_path: Path) -> None:
    await push(tmp_path, FOLDER, "development")
    same = await promote(tmp_path, target="development")
    assert same.errors == "addressee: An environment cannot be promoted to itself; name two.\n"
    unknown = await promote(tmp_path, "--only", "workflw/hello")
    assert unknown.errors == ("addressee: There is no kind 'workflw' in 'workflw/hello'; did you mean 'workflow'?\n")
    missing = await promote(tmp_path, "--only", "workflow/hallo")
    assert missing.errors == (
        "addressee: development has no workflow hallo, or production has the same. Nothing was promoted.\n"
    )
    assert [each.code for each in (same, unknown, missing)] == [1, 1, 1]


def test_the_author_is_git_s() -> None:
    variables = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com"}
    assert default_author(variables) == "Ada <ada@example.com>"
