"""`addressee pull` and `addressee diff`, as an operator types them."""

from pathlib import Path

import pytest

from tests.support.command import addressee, addressee_asked

pytestmark = pytest.mark.usefixtures("database_url")

FOLDER = {
    "channels/mail.yaml": "type: email\nprovider: smtp\nsettings:\n  host: a.example\n  from: a@a.example\n"
    "  password: ${PW}",
    "workflows/hello.yaml": "# Hello\nsteps:\n- {ref: mail, channel: mail, template: {subject: Hi, text: Hi}}",
    "public_variables.yaml": "app_url: https://app.example.com",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


async def run(tmp_path: Path, command: str, folder: str, *more: str) -> tuple[int | None, str, str]:
    where = ("--environment", "staging", "--data-dir", str(tmp_path / "data"))
    return await addressee(command, tmp_path / folder, *where, *more, PW="hunter2")


async def test_what_was_pushed_is_pulled_and_drift_is_shown(tmp_path: Path) -> None:
    write(tmp_path / "mine", FOLDER)
    write(tmp_path / "project", {"knock.json": '{"knockDir": "knock"}'})
    await run(tmp_path, "push", "mine")

    code, output, errors = await run(tmp_path, "pull", "project")
    assert (code, errors) == (0, "Set these environment variables for a push: MAIL_PASSWORD.\n")
    assert (
        output == "new        channels/mail.yaml\nnew        public_variables.yaml\nnew        workflows/hello.yaml\n"
    )
    pulled = tmp_path / "project" / "knock"
    assert (pulled / "workflows" / "hello.yaml").read_text() == FOLDER["workflows/hello.yaml"]
    assert "hunter2" not in (pulled / "channels" / "mail.yaml").read_text()
    assert await run(tmp_path, "diff", "project") == (0, "", "")
    assert await run(tmp_path, "diff", "mine") == (0, "", "")
    assert await run(tmp_path, "pull", "project") == (0, "The folder says what the environment has.\n", "")

    (pulled / "workflows" / "hello.yaml").write_text("# Hello\nsteps: []\n")
    (pulled / "public_variables.yaml").unlink()
    write(pulled, {"layouts/main.liquid": "{{ content }}"})
    code, output, errors = await run(tmp_path, "diff", "project")
    assert (code, errors) == (1, "")
    assert output.splitlines() == [
        "only in staging: public variables",
        "only in the folder: layout main",
        "--- staging/workflows/hello.yaml",
        "+++ workflows/hello.yaml",
        "@@ -1,3 +1,2 @@",
        " # Hello",
        "-steps:",
        "-- {ref: mail, channel: mail, template: {subject: Hi, text: Hi}}",
        "\\ No newline at end of file",
        "+steps: []",
    ]

    code, output, errors = await run(tmp_path, "pull", "project")
    assert (code, output) == (1, "")
    assert errors == (
        "differs    workflows/hello.yaml\n"
        "addressee: These files would be overwritten or removed; --force does it. Nothing was written.\n"
    )
    assert not (pulled / "public_variables.yaml").exists()
    code, output, _ = await run(tmp_path, "pull", "project", "--force")
    assert (code, output) == (0, "new        public_variables.yaml\nchanged    workflows/hello.yaml\n")
    assert (await run(tmp_path, "diff", "project"))[:2] == (1, "only in the folder: layout main\n")


async def test_whoever_is_asked_decides(tmp_path: Path) -> None:
    write(tmp_path / "mine", FOLDER)
    await run(tmp_path, "push", "mine")
    mine = tmp_path / "mine" / "workflows" / "hello.yaml"
    mine.write_text("steps: []\n")
    command = ("pull", tmp_path / "mine", "--environment", "staging", "--data-dir", tmp_path / "data")
    refused = await addressee_asked("n", *command)
    assert (refused.code, refused.output) == (1, "")
    assert refused.errors.splitlines() == [
        "differs    workflows/hello.yaml",
        "Overwrite or remove these files? [y/N]: addressee: Nothing was written.",
    ]
    assert mine.read_text() == "steps: []\n"
    agreed = await addressee_asked("y", *command)
    assert (agreed.code, agreed.output) == (0, "changed    workflows/hello.yaml\n")
    assert mine.read_text() == FOLDER["workflows/hello.yaml"]


async def test_a_channel_that_was_changed_is_shown(tmp_path: Path) -> None:
    write(tmp_path / "mine", FOLDER)
    await run(tmp_path, "push", "mine")
    write(
        tmp_path / "mine", {"channels/mail.yaml": FOLDER["channels/mail.yaml"].replace("a.example\n", "b.example\n", 1)}
    )
    code, output, _ = await run(tmp_path, "diff", "mine")
    assert code == 1
    assert output.splitlines()[:2] == ["--- staging/channels/mail.yaml", "+++ channels/mail.yaml"]


async def test_a_project_file_that_is_wrong_is_told(tmp_path: Path) -> None:
    for text, message in (
        ('{\n "knockDir": "../up"\n}', "knock.json:2: '../up' is outside of the folder"),
        ("{}", "knock.json:1: 'knockDir' must be the folder with the definitions, like \"knock\""),
        ('{"knockDir": "knock.json"}', "knock.json:1: 'knock.json' is no folder"),
    ):
        write(tmp_path / "project", {"knock.json": text})
        code, output, errors = await run(tmp_path, "pull", "project")
        assert (code, output, errors.splitlines()[0]) == (1, "", message)
