"""The default preferences of recipients in a file."""

from pathlib import Path

import pytest

from addressee.messaging.workflows.configuration import read_configuration
from tests.messaging.office import FILES, write_files
from tests.messaging.workflows.test_files import mistakes

PREFERENCES = """
kinds:
  sms: false
categories:
  news:
    conditions:
      - {variable: recipient.country, operator: equal_to, argument: US}
    __strategy__: replace
"""


def test_default_preferences_are_read(tmp_path: Path) -> None:
    read = read_configuration(write_files(tmp_path, {"preferences.yaml": PREFERENCES}), {})
    assert read.preferences == {
        "kinds": {"sms": False},
        "categories": {
            "news": {
                "conditions": [{"variable": "recipient.country", "operator": "equal_to", "argument": "US"}],
                "__strategy__": "replace",
            },
        },
    }
    assert read_configuration(write_files(tmp_path / "without", FILES), {}).preferences is None


@pytest.mark.parametrize(
    ("preferences", "found"),
    [
        ("- a", ["1: this must be a mapping: a preference set"]),
        (
            "kinds:\n  fax: true\n  sms: 5\n  email: true\nworkflows:\n  a.b:\n    kinds: true\n  c: maybe",
            [
                "2: kinds has no 'fax'; it has email, sms, whatsapp, in_app, android_push, ios_push, web_push, slack, "
                "ms_teams, discord, webhook, push, chat.",
                "3: kinds.sms must be true, false or an object with nothing but conditions.",
                "7: workflows.a.b.kinds must be an object.",
                "8: workflows.c must be true, false or an object.",
            ],
        ),
        (
            "conditions:\n- {variable: data.b, operator: exists}\n- variable: refs.x\n  operator: exists",
            ["3: refs cannot be used in preferences."],
        ),
        (
            "conditions:\n- {variable: recipent.plan, operator: exists}\n"
            "categories:\n  news:\n    kinds:\n      email:\n        conditions:\n"
            "        - operator: exists\n          variable: Data.x\n"
            "        - {variable: plan, operator: exists}",
            [
                "2: there is no 'recipent' to start a variable with; did you mean 'recipient'? "
                "There are data, recipient, actor, tenant, vars, workflow, run",
                "9: there is no 'Data' to start a variable with; did you mean 'data'? "
                "There are data, recipient, actor, tenant, vars, workflow, run",
                "10: there is no 'plan' to start a variable with; "
                "there are data, recipient, actor, tenant, vars, workflow, run",
            ],
        ),
    ],
)
def test_preferences_with_mistakes(tmp_path: Path, preferences: str, found: list[str]) -> None:
    assert mistakes(tmp_path, {"preferences.yaml": preferences}) == [f"preferences.yaml:{line}" for line in found]
