"""Files in which something is of another type than the vendor writes it: they are converted, or refused in words."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addressee.cli.commands.folders.convert import CONVERTERS, problems_of
from addressee.converting.inputs import read_inputs
from addressee.converting.model import UnusableError
from addressee.converting.writing import files_of, write
from tests.converting.notiflows import test_workflow as notiflows
from tests.converting.novu import test_workflow as novu
from tests.converting.suprsend.files import expression, node, variant, workflow
from tests.converting.suprsend.test_flow import wait

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 5, -1, True, "", "x", "{{", [], [5], {}, {"a": 1}, [[]], [{}], 1.5, "a" * 300]
)


def suprsend_files() -> dict[str, Any]:
    contents: dict[str, dict[str, Any]] = {
        "email": {"subject": "Hi", "body": {"type": "raw", "raw": {"html": "<p>{{name}}</p>", "text": "Hi"}}},
        "inbox": {"header": "New", "body": "Hi", "buttons": [{"text": "Go"}]},
        "androidpush": {"header": "Hi", "body": "Hi", "extra_payload": {"a": "b"}},
        "slack": {"body_type": "block", "body_block": "[]"},
    }
    choice = {
        "node_type": "branch",
        "properties": {},
        "branches": [
            {
                "name": "A",
                "is_default": False,
                "conditions": expression({"variable": "x", "op": "==", "value": "y"}),
                "nodes": [],
            },
            {"name": "B", "is_default": True, "conditions": [], "nodes": []},
        ],
    }
    windows = [{"frequency": "monthly", "stime": "09:00", "etime": "17:00", "monthdays": [{"pos": 1, "day": ""}]}]
    schedule = {
        "frequency": "monthly",
        "monthdays": [{"pos": 1, "day": "mo"}],
        "time": "09:00",
        "tz_selection": "recipient",
    }
    given = workflow(
        node(
            "send_smart_channel_routing",
            "a",
            template="hi",
            success="seen",
            mandatory_channels=["inbox"],
            ttl_value="1h",
        ),
        node("send_multi_channel", "b", template="hi", channels=["email", "slack"]),
        node("send_mobile_push", "c", template="hi"),
        node(
            "delay",
            delay_type="relative_to",
            relative_to={"pivot_expr": ".a", "offset_type": "before", "offset_value": "1h"},
        ),
        node("batch", mode="accumulate_all", window_type="fixed", fixed_window="1h", batch_key=".a", retain_count=5),
        node("digest", schedule_type="static", schedule=schedule, retain_order="last"),
        node("timewindow", windows=windows, tz_selection="recipient"),
        node("httpapi_webhook", url='"https://a.example"', headers=[{"key": "a", "value": '"b"'}], body="{a: data.b}"),
        node("transform", variables=[{"key": "a", "value_lang": "handlebars", "value": "{{b}}"}]),
        node("userupdate", properties="{a: 1}"),
        node(
            "invokeworkflow",
            workflow="x",
            recipient_selection="expression",
            recipient_expression="data.a",
            data="{a: 1}",
        ),
        node("subscriberlistoperation_adduser", list_id="a", user_selection=["recipient"]),
        node("objectoperation_addsubscription", object_type="a", object_id="b", subscription_properties="{a: 1}"),
        choice,
        wait(delay_type="fixed", value="1d"),
        trigger_events=["a"],
        tags=["b"],
        ratelimit={"count": 1, "window": "1d"},
        conditions=expression({"variable": "a", "op": "==", "value": "b"}),
    )
    variants = [variant(channel, content) for channel, content in contents.items()]
    return {"hello.json": given, "hi.json": {"slug": "hi", "variants": variants}}


def notiflows_files() -> dict[str, Any]:
    high = [{"operator": "and", "conditions": [notiflows.condition("a", "equal_to", "b")]}]
    branches = [
        {"handle": "b1", "name": "A", "finish": True, "conditions": high},
        {"handle": "b2", "name": "B", "conditions": []},
    ]
    return {
        "hello.json": notiflows.notiflow(
            {**notiflows.channel("feed", "in_app", body="Hi", primary_action={"a": 1}), "conditions": high},
            notiflows.channel("mail", "email", content_type="html", subject="Hi", body="{{ a }}"),
            notiflows.channel("hook", "webhook", url="https://a.example", headers={"a": "b"}, body="{}"),
            notiflows.channel("push", "mobile_push", title="a", body="b", ttl=5, badge_count=1),
            notiflows.function("wait", "wait", duration=1, duration_unit="days"),
            notiflows.function("digest", "digest", duration=1, duration_unit="days", digest_key="a"),
            {"handle": "choice", "type": "condition", "settings": {"branches": branches}},
        )
    }


def novu_files() -> dict[str, Any]:
    rule = {"and": [{"==": [{"var": "payload.a"}, "b"]}, {"!": {"in": [{"var": "payload.c"}, ["d"]]}}]}
    return {
        "hello.json": novu.workflow(
            novu.step(
                "feed", "in_app", subject="a", body="b", primaryAction={"redirect": {"url": "https://a"}}, skip=rule
            ),
            novu.step("mail", "email", subject="a", body="<p>b</p>", editorType="html"),
            novu.step("wait", "delay", amount=1, unit="days"),
            novu.step("digest", "digest", amount=1, unit="days", digestKey="payload.a"),
            novu.step("throttle", "throttle", amount=1, unit="days", threshold=2),
            novu.step("ask", "http_request", method="GET", url="https://a", headers=[{"key": "a", "value": "b"}]),
            tags=["a"],
            payloadSchema={"type": "object"},
            validatePayload=True,
            preferences={"user": {"all": {"enabled": True}, "channels": {"sms": {"enabled": False}}}},
        )
    }


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yields each container in a value with each of its keys."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield value, key
        yield from places(each)


@pytest.mark.parametrize(
    ("vendor", "files"), [("suprsend", suprsend_files), ("notiflows", notiflows_files), ("novu", novu_files)]
)
@settings(max_examples=25)
@given(data=st.data())
def test_whatever_is_odd(vendor: str, files: Callable[[], dict[str, Any]], data: st.DataObject) -> None:
    mutated = copy.deepcopy(files())
    found = [(container, key) for container, key in places(mutated) if container is not mutated]
    for container, key in data.draw(st.lists(st.sampled_from(found), min_size=1, max_size=3), label="places"):
        if isinstance(container, dict) or key < len(container):
            container[key] = data.draw(ODD, label=str(key))
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, value in mutated.items():
            (folder / file).write_text(json.dumps(value))
        try:
            conversion = CONVERTERS[vendor](read_inputs([folder]))
        except UnusableError:
            return
        out = folder / "out"
        write(files_of(conversion), out)
        assert all(problem.strip() for problem in problems_of(out))


@pytest.mark.parametrize(
    ("vendor", "files"), [("suprsend", suprsend_files), ("notiflows", notiflows_files), ("novu", novu_files)]
)
def test_what_nothing_is_odd_in(vendor: str, files: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    for file, value in files().items():
        (tmp_path / file).write_text(json.dumps(value))
    write(files_of(CONVERTERS[vendor](read_inputs([tmp_path]))), tmp_path / "out")
    assert problems_of(tmp_path / "out") == []
