"""`addressee preview`, as somebody types it who writes a workflow: there is no server, and no data folder."""

import json
from pathlib import Path

from tests.support.command import addressee

FOLDER = {
    "channels/in-app.yaml": "type: in_app_feed",
    "channels/email.yaml": "type: email\nprovider: smtp\nsettings: {host: '${SMTP_HOST}', from: hello@example.com}",
    "workflows/hello/workflow.yaml": """
trigger_data_json_schema: {required: [n]}
steps:
- {ref: feed, in_app: {body: "Hello {{ recipient.name }}, {{ data.n }}"}}
- {ref: mail, email: {subject: "Hello", html_body@: mail.html}}
""",
    "workflows/hello/mail.html": "<p>Hello {{ recipient.name }}</p>",
}


def write(folder: Path, **changed: str) -> Path:
    for name, text in {**FOLDER, **changed}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


async def test_every_message_is_shown(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "ada.json").write_text('{"id": "ada", "name": "Ada", "email": "ada@example.com"}')
    code, output, errors = await addressee(
        "preview", tmp_path, "--workflow", "hello", "--recipient", tmp_path / "ada.json", "--data", '{"n": 7}'
    )
    assert (code, errors) == (0, "")
    assert output.splitlines() == [
        "== feed: in_app_feed through in-app",
        "  body: <p>Hello Ada, 7</p>",
        "",
        "== mail: email through email",
        "  sender: hello@example.com",
        "  subject: Hello",
        "  html: <p>Hello Ada</p>",
        "  text: Hello Ada",
        "",
        "-- run: run_completed",
    ]


async def test_the_messages_of_a_channel_in_files(tmp_path: Path) -> None:
    write(tmp_path)
    ran = await addressee(
        *("preview", tmp_path, "--workflow", "hello", "--recipient", "ada", "--data", '{"n": 7}'),
        *("--channel", "email", "--out", tmp_path / "out"),
    )
    assert ran.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "01-mail.email.html",
        "01-mail.email.json",
        "01-mail.email.txt",
    ]
    shown = json.loads((tmp_path / "out" / "01-mail.email.json").read_bytes())
    assert (shown["not_sent"], shown["content"]["subject"]) == ("no_email_address", "Hello")


async def test_mistakes_are_told_as_push_tells_them(tmp_path: Path) -> None:
    write(tmp_path, **{"workflows/hello/mail.html": "{{ x | shout }}"})
    ran = await addressee("preview", tmp_path, "--workflow", "hello", "--recipient", "ada")
    assert (ran.code, ran.output) == (1, "")
    assert ran.errors.splitlines() == [
        "workflows/hello/mail.html:1: this is not Liquid: unknown filter 'shout'",
        "addressee: 1 to correct.",
    ]


async def test_what_is_asked_wrongly(tmp_path: Path) -> None:
    write(tmp_path)
    for options, message in (
        (("--workflow", "helo"), "There is no workflow 'helo' in this folder; did you mean 'hello'?"),
        (("--data", "{"), "--data: this is not JSON: Input data was truncated."),
        (("--data", "[]"), "--data must be a JSON object, or a list of them: the data of several triggers."),
        (("--data", "nowhere.json"), "--data: the file nowhere.json cannot be read: No such file or directory."),
        (("--recipient", '{"id": ""}'), "--recipient: id must be"),
        (
            ("--channel", "mail", "--data", '{"n": 7}'),
            "There is no channel 'mail' in this folder; did you mean 'email'?",
        ),
        (("--event", "feet"), "There is no step 'feet' in hello; did you mean 'feed'?"),
        (("--answers", '{"male": {}}'), "There is no step 'male' in hello; did you mean 'mail'?"),
        ((), "A trigger of hello with this data would be refused."),
    ):
        ran = await addressee("preview", tmp_path, "--workflow", "hello", "--recipient", "ada", *options)
        assert ran.code == 1
        assert f"addressee: {message}" in ran.errors
