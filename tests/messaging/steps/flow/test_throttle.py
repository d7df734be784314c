"""Throttle steps: what they ask, and what becomes of a run over the limit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

from addressee.channels.provider import ChannelType
from addressee.directory.recipient import USERS, Identity, Place, Recipient
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.passages import Passage, PassageAnswer
from addressee.messaging.steps.flow.throttle import OverLimit, ThrottleScope, ThrottleStep
from addressee.messaging.steps.machine import run_through
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from tests.messaging.office import FILES, write_files

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW)
RUN = RecipientRun(UUID(int=2), Identity(1, USERS, "ada", UUID(int=1)), {}, RunStatus.PROCESSING)
SCOPE = {
    "workflow": {"key": "news"},
    "data": {"page": "p-1", "list": [1, 2], "nothing": None, "long": "x" * 65},
    "tenant": {"id": "acme"},
}
CONTEXT = StepContext(ADA, SCOPE, {}, False, NOW, NOW)
STEP = ThrottleStep(ref="cap", window=HOUR)


def asked(step: ThrottleStep) -> Passage:
    request = run_through(RUN, [step], CONTEXT).request
    assert isinstance(request, Passage)
    return request


def entries(run: RecipientRun) -> list[tuple[Any, ...]]:
    return [(entry["event"], entry.get("step_ref"), entry.get("data")) for entry in run.journal]


def test_it_asks_for_one_passage_in_a_window_that_begins_now() -> None:
    assert asked(STEP) == Passage(ADA.identity, "step/news/cap", "", 1, NOW + HOUR)


@pytest.mark.parametrize(
    ("scope", "channel", "counter"),
    [
        (ThrottleScope.STEP, None, "step/news/cap"),
        (ThrottleScope.WORKFLOW, None, "workflow/news/3600"),
        (ThrottleScope.CHANNEL, ChannelType.EMAIL, "channel/email/3600"),
        (ThrottleScope.RECIPIENT, None, "recipient/3600"),
    ],
)
def test_a_scope_says_which_steps_count_together(scope: Any, channel: Any, counter: str) -> None:
    assert asked(ThrottleStep(ref="cap", window=HOUR, scope=scope, channel=channel)).counter == counter


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("", ""),
        ("page", "p-1"),
        ("data.page", "p-1"),
        ("tenant.id", "acme"),
        ("{{ tenant.id }}/{{ data.page }}", "acme/p-1"),
        ("list", "[1,2]"),
        ("nothing", ""),
        ("unknown", ""),
        ("actor.id", ""),
        ("long", "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"),
    ],
)
def test_a_key_is_a_path_or_a_bare_name_or_liquid(written: str, key: str) -> None:
    assert asked(ThrottleStep(ref="cap", window=HOUR, key=written)).key == key


def test_a_key_that_cannot_be_rendered_counts_as_empty_and_is_noted() -> None:
    taken = run_through(
        RUN, [ThrottleStep(ref="cap", window=HOUR, key="{{ data.list | plus: data }}{{ 1 | divided_by: 0 }}")], CONTEXT
    )
    assert isinstance(taken.request, Passage)
    assert (taken.request.key, [entry["status"] for entry in taken.run.journal]) == ("", ["error"])


def test_a_key_that_cannot_be_stored_counts_as_empty_and_is_noted() -> None:
    taken = run_through(RUN, [ThrottleStep(ref="cap", window=HOUR, key="{{ '%00' | url_decode }}")], CONTEXT)
    assert isinstance(taken.request, Passage)
    assert taken.request.key == ""
    reason = "throttle_key: this contains a NUL character, which cannot be stored."
    assert entries(taken.run) == [("error", "cap", {"reason": reason})]


def test_a_run_that_may_pass_goes_on() -> None:
    after = STEP.answered(RUN, PassageAnswer(True, 1, NOW + HOUR), CONTEXT)
    assert (after.status, after.step, after.refs) == (RunStatus.PROCESSING, 1, {"cap": {"throttled": False}})
    assert entries(after) == [
        ("step_started", "cap", {"throttled": False, "passed": 1, "limit": 1, "until": NOW + HOUR})
    ]


def test_a_run_over_the_limit_ends() -> None:
    after = STEP.answered(RUN, PassageAnswer(False, 1, NOW + HOUR), CONTEXT)
    assert (after.status, after.step) == (RunStatus.COMPLETED, 1)
    assert entries(after) == [
        ("run_stopped", "cap", {"reason": "throttled", "passed": 1, "limit": 1, "until": NOW + HOUR}),
        ("run_completed", None, None),
    ]


def test_a_run_over_the_limit_may_go_on_and_know_it() -> None:
    step = ThrottleStep(ref="cap", window=HOUR, over=OverLimit.CONTINUE)
    after = step.answered(RUN, PassageAnswer(False, 1, NOW + HOUR), CONTEXT)
    assert (after.status, after.step, after.refs) == (RunStatus.PROCESSING, 1, {"cap": {"throttled": True}})


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("2025-06-01T18:00:00Z", datetime(2025, 6, 1, 18, tzinfo=UTC)),
        ("90m", NOW + timedelta(minutes=90)),
        ({"unit": "days", "value": 2}, NOW + timedelta(days=2)),
        ({"frequency": "daily", "time": "00:00"}, datetime(2025, 6, 1, 22, tzinfo=UTC)),
    ],
)
def test_a_window_may_end_when_data_say(value: Any, end: datetime) -> None:
    step = ThrottleStep(ref="cap", path="data.until")
    ada = structs.replace(ADA, attributes={"timezone": "Europe/Amsterdam"})
    context = structs.replace(CONTEXT, recipient=ada, scope={**SCOPE, "data": {"until": value}})
    request = run_through(RUN, [step], context).request
    assert isinstance(request, Passage)
    assert request.until == end


@pytest.mark.parametrize("value", ["2025-06-01T11:00:00Z", "40d", "soon", 0, None, {}])
def test_a_window_without_an_end_to_come_is_skipped(value: Any) -> None:
    step = ThrottleStep(ref="cap", path="data.until")
    done = run_through(RUN, [step], structs.replace(CONTEXT, scope={**SCOPE, "data": {"until": value}}))
    assert (done.request, done.run.status) == (None, RunStatus.COMPLETED)
    assert [entry["event"] for entry in done.run.journal] == ["error", "step_skipped", "run_completed"]


def test_steps_whose_windows_data_end_have_a_counter_of_their_own() -> None:
    step = ThrottleStep(ref="cap", path="data.page", scope=ThrottleScope.RECIPIENT)
    request = run_through(RUN, [step], structs.replace(CONTEXT, scope={**SCOPE, "data": {"page": "1h"}})).request
    assert isinstance(request, Passage)
    assert request.counter == "recipient/dynamic"


def test_it_is_stored_with_what_was_said_of_it() -> None:
    assert msgspec.json.decode(msgspec.json.encode(STEP)) == {"type": "throttle", "ref": "cap", "window": "PT3600S"}


def throttled(settings: str) -> dict[str, str]:
    workflow = f"""
steps:
  - ref: cap
    type: throttle
    settings: {settings}
  - ref: feed
    channel: in-app
    template: {{body: hello}}
"""
    return {**FILES, "workflows/news.yaml": workflow}


CHANNEL_MISSING = (
    "the scope channel, and no other, has a type of channel: email, in_app_feed, sms, push, chat, whatsapp, http"
)


def problems(folder: Path, settings: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(folder, throttled(settings)), {})
    return [str(problem) for problem in error.value.problems]


def test_a_file_says_it_with_the_names_of_knock(tmp_path: Path) -> None:
    settings = """
      throttle_limit: 3
      throttle_window: 1d
      throttle_key: data.page
      scope: channel
      channel: email
      over: continue
"""
    read = read_configuration(write_files(tmp_path, throttled(settings)), {})
    (news,) = [workflow for workflow in read.workflows if workflow.key == "news"]
    assert news.workflow.steps[0] == ThrottleStep(
        ref="cap",
        window=timedelta(days=1),
        limit=3,
        key="data.page",
        scope=ThrottleScope.CHANNEL,
        channel=ChannelType.EMAIL,
        over=OverLimit.CONTINUE,
    )


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("{throttle_window: 1d, over: continue}", "a message over the limit is left out; this is for throttle steps"),
        ("{throttle_limit: 2}", "a throttle has one of throttle_window and throttle_window_field_path"),
    ],
)
def test_a_mistake_in_the_cap_of_a_channel_step_is_told(tmp_path: Path, settings: str, problem: str) -> None:
    workflow = f"steps:\n  - ref: feed\n    in_app: {{body: hello}}\n    throttle: {settings}\n"
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(tmp_path, {**FILES, "workflows/news.yaml": workflow}), {})
    assert [str(each) for each in error.value.problems] == [f"workflows/news.yaml:4: {problem}"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("{}", "a throttle has one of throttle_window and throttle_window_field_path"),
        (
            "{throttle_window: 1d, throttle_window_field_path: until}",
            "a throttle has one of throttle_window and throttle_window_field_path",
        ),
        ("{throttle_window: 32d}", "this must be at least 1s and at most 31d"),
        ("{throttle_window: 0s}", "this must be at least 1s and at most 31d"),
        ("{throttle_window: {days: 1}, throttle_limit: 0}", "0 is less than the minimum of 1"),
        (
            "{throttle_window: {days: 1}, throttle_key: '{{ data.page'}",
            "this is not Liquid: expected '}}', found end of file",
        ),
        (
            "{throttle_window: {days: 1}, scope: channel}",
            CHANNEL_MISSING,
        ),
        (
            "{throttle_window: {days: 1}, channel: email}",
            CHANNEL_MISSING,
        ),
        ("{throttle_window: {days: 1}, scope: tenant}", "this must be channel or recipient or step or workflow"),
        ("{throttle_window: {days: 1}, over: queue}", "this must be drop or continue"),
        (
            "{throttle_window: {days: 1}, over: {batch_into: rest}}",
            "this must be drop or continue; runs over the limit are batched with over: continue, and a batch step with "
            "the condition {variable: refs.cap.throttled, operator: equal_to, argument: true}",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, settings: str, problem: str) -> None:
    assert problems(tmp_path, settings) == [f"workflows/news.yaml:5: {problem}"]


def test_who_has_no_time_left_counts_from_now() -> None:
    later = structs.replace(CONTEXT, now=NOW + HOUR)
    request = run_through(RUN, [STEP], later).request
    assert isinstance(request, Passage)
    assert request.until == NOW + 2 * HOUR
