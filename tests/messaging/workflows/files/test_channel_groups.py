"""Channel groups in folders: their rules in order, and every mistake with its file and its line."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.conditions.model import Condition, Conditions
from addressee.conditions.model import Path as ValuePath
from addressee.messaging.environment.channel_groups import ChannelGroup, ChannelRule, GroupOperator, RuleType
from addressee.messaging.steps.compiler import UsableChannel
from addressee.messaging.workflows.files.channel_groups import channel_group_sources, read_channel_group
from tests.messaging.office import write_files

CHANNELS = {
    "apns": UsableChannel(PROVIDERS[ChannelType.PUSH, "apns"]),
    "fcm": UsableChannel(PROVIDERS[ChannelType.PUSH, "fcm"]),
    "email": UsableChannel(PROVIDERS[ChannelType.EMAIL, "outbox"]),
    "broken": UsableChannel(None),
}


def read(folder: Path, files: Mapping[str, str]) -> tuple[dict[str, ChannelGroup], list[str]]:
    """Returns the groups of a folder, and the problems with them."""
    sources = channel_group_sources(write_files(folder, files))
    defined = [each for source in sources if (each := read_channel_group(source, CHANNELS))]
    problems = sorted({problem for source in sources for problem in source.problems})
    return {each.key: each.group for each in defined}, [str(problem) for problem in problems]


def test_a_group_as_knocks_api_takes_it(tmp_path: Path) -> None:
    written = {
        "name": "Phones",
        "channel_type": "push",
        "operator": "any",
        "channel_rules": [
            {"channel_key": "fcm", "rule_type": "always", "variable": None, "operator": None, "argument": None},
            {
                "channel_key": "apns",
                "index": 0,
                "rule_type": "unless",
                "variable": "recipient.platform",
                "operator": "equal_to",
                "argument": "data.platform",
            },
        ],
    }
    files = {"channel_groups/phones.json": msgspec.json.encode(written).decode()}
    condition = Condition("recipient.platform", "equal_to", ValuePath("data.platform"), negated=True)
    phones = ChannelGroup(
        name="Phones",
        channel_type=ChannelType.PUSH,
        operator=GroupOperator.ANY,
        channel_rules=(
            ChannelRule(
                channel_key="apns",
                rule_type=RuleType.UNLESS,
                variable="recipient.platform",
                operator="equal_to",
                argument="data.platform",
                conditions=Conditions(((condition,),)),
            ),
            ChannelRule(channel_key="fcm", rule_type=RuleType.ALWAYS),
        ),
    )
    assert read(tmp_path, files) == ({"phones": phones}, [])


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    rules = "\n".join(
        (
            "- {channel_key: apsn, rule_type: always}",
            "- {channel_key: email, rule_type: always}",
            "- {channel_key: fcm, rule_type: if}",
            "- {channel_key: fcm, rule_type: unless, variable: refs.x.y, operator: exists}",
            "- {channel_key: apns, rule_type: if, variable: recipient.x, operator: exist}",
            "- {channel_key: broken, rule_type: always}",
        )
    )
    files = {
        "channel_groups/a.yaml": f"name: A\nkey: b\nchannel_type: push\nchannel_rules:\n{rules}",
        "channel_groups/b.yaml": "name: B\nchannel_type: push\noperator: some",
        "channel_groups/c.yaml": "{}",
        "channel_groups/c.json": "{}",
        "channel_groups/d.yaml": "name: D\nchannel_type: in_app_guide",
        "channel_groups/no key.yaml": "{}",
    }
    assert read(tmp_path, files) == (
        {},
        [
            "channel_groups/a.yaml:2: the key is 'a', as the file is called; leave this out",
            "channel_groups/a.yaml:5: there is no channel 'apsn'; did you mean 'apns'?",
            "channel_groups/a.yaml:6: the channel 'email' is of type email, the group of type push",
            "channel_groups/a.yaml:7: a rule of the type if has a 'variable' and an 'operator'",
            "channel_groups/a.yaml:8: the channel 'fcm' has a rule already",
            "channel_groups/a.yaml:8: there is no 'refs' to start a variable with; there are data, "
            "recipient, actor, tenant, vars, workflow, run",
            "channel_groups/a.yaml:9: there is no operator 'exist'; did you mean 'exists'?",
            "channel_groups/b.yaml:3: this must be all or any",
            "channel_groups/c.json:1: 'channel_type' is missing",
            "channel_groups/c.json:1: 'name' is missing",
            "channel_groups/c.yaml:1: the channel group 'c' stands in channel_groups/c.json too; keep one of them",
            "channel_groups/d.yaml:2: there is no type of channel 'in_app_guide'; did you mean 'in_app_feed'?",
            "channel_groups/no key.yaml:1: the file's name must be a key: letters, digits, - and _, then .yaml",
        ],
    )


def test_a_group_has_so_many_channels(tmp_path: Path) -> None:
    rules = "\n".join("- {channel_key: fcm, rule_type: always}" for _ in range(11))
    files = {"channel_groups/a.yaml": f"name: A\nchannel_type: push\nchannel_rules:\n{rules}"}
    _, (first, *_) = read(tmp_path, files)
    assert first == "channel_groups/a.yaml:3: a channel group has at most 10 channels"
