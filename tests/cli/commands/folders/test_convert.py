"""`addressee convert`, as somebody types it who leaves another vendor."""

import json
from pathlib import Path
from typing import Any

from tests.converting.suprsend.files import EMAIL, node, workflow
from tests.support.command import addressee


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, value in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    return folder


EXACT = {"workflow/hello.json": workflow(node("send_email", "mail", template="hi")), **EMAIL}


async def test_an_exact_conversion(tmp_path: Path) -> None:
    given, out = write(tmp_path / "given", EXACT), tmp_path / "out"
    assert await addressee("convert", "suprsend", given, "--out", out) == (
        0,
        f"Written to {out}: workflows: 1, channels: 1.\n",
        "",
    )
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        "channels/email.yaml",
        "conversion.md",
        "workflows/hello/mail/html.html",
        "workflows/hello/workflow.yaml",
    ]
    assert (out / "conversion.md").read_text() == (
        "# Conversion\n\nWorkflows: hello.\n\nEverything was converted exactly.\n\n"
        "## Channels\n\nFill in the settings of these files: no vendor exports them.\n\n- `channels/email.yaml`\n"
    )
    shown = await addressee("preview", out, "--workflow", "hello", "--recipient", "ada", "--data", '{"name": "Ada"}')
    assert shown.output.splitlines()[:4] == [
        "== mail: email through email",
        "  not sent: no_email_address",
        "  sender: Example <hello@example.com>",
        "  subject: Hello Ada",
    ]


async def test_what_needs_a_hand_is_told(tmp_path: Path) -> None:
    files = {"hello.json": workflow(node("delay", "wait", delay_type="dynamic", value=".a|length"))}
    given, out = write(tmp_path / "given", files), tmp_path / "out"
    was, todo = "the expression '.a|length' is no plain path", "name the path of the value (held)"
    told = f"{given}/hello.json:13: delay wait: {was}; {todo}"
    assert await addressee("convert", "suprsend", given / "hello.json", "--out", out) == (
        1,
        f"{told}\nWritten to {out}: workflows: 1, channels: 0.\nTo do by hand: 1; {out}/conversion.md tells it too.\n",
        "",
    )
    assert (
        f"| {given}/hello.json:13 | delay wait | the expression '.a\\|length' is no plain path "
        "| name the path of the value (held) |\n"
    ) in (out / "conversion.md").read_text()


async def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    given, out = write(tmp_path / "given", EXACT), tmp_path / "out"
    write(out, {"channels/email.yaml": "mine", "channels/sms.yaml": "mine too"})
    refused = await addressee("convert", "suprsend", given, "--out", out)
    assert refused == (
        1,
        "",
        f"addressee: {out}/channels/email.yaml exists; give another folder, or --force to overwrite. "
        "Nothing was written.\n",
    )
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == ["email.yaml", "sms.yaml"]
    await addressee("convert", "suprsend", given, "--out", out, "--force")
    assert (out / "channels/email.yaml").read_text().startswith("type: email\n")
    assert (out / "channels/sms.yaml").read_text() == "mine too"


async def test_files_that_cannot_be_converted(tmp_path: Path) -> None:
    given = write(tmp_path / "given", {"a.json": '{"tree": {}\n,}', "b.json": "[1]"})
    broken = await addressee("convert", "suprsend", given, tmp_path / "none.json", "--out", tmp_path / "out")
    assert broken == (
        2,
        "",
        f"{given}/a.json:2: this is not JSON: the last item has no comma after it\n"
        f"{tmp_path}/none.json:1: there is no such file\n"
        "addressee: 2 to correct; nothing was written.\n",
    )
    (given / "a.json").unlink()
    unknown = await addressee("convert", "suprsend", given, "--out", tmp_path / "out")
    assert (unknown.code, unknown.errors.splitlines()[0]) == (
        2,
        f"{given}/b.json:1: this is neither a workflow with a tree of nodes, nor a template",
    )
    assert not (tmp_path / "out").exists()


async def test_what_push_would_refuse_is_told(tmp_path: Path) -> None:
    given = write(tmp_path / "given", {"hello.json": workflow(node("delay", "wait", delay_type="fixed", value="soon"))})
    out = tmp_path / "out"
    ran = await addressee("convert", "suprsend", given, "--out", out)
    assert ran.code == 1
    assert ran.output.splitlines()[0].startswith(f"{out}/workflows/hello/workflow.yaml:8: ")
