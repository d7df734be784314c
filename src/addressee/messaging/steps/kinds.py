"""The kinds of step; each is a module in this folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.messaging.steps.batches.batch import BatchStep, CloseBatchStep
from addressee.messaging.steps.batches.batch_files import BatchStepFile, DigestStepFile
from addressee.messaging.steps.batches.digest import CloseDigestStep, DigestStep
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.channels.channel_cap import ChannelCapStep
from addressee.messaging.steps.channels.channel_file import ChannelStepFile
from addressee.messaging.steps.channels.channel_group import ChannelGroupStepFile, ChosenStep
from addressee.messaging.steps.channels.parts import RoutedStep
from addressee.messaging.steps.channels.route import RouteStepFile
from addressee.messaging.steps.compiler import StepFile
from addressee.messaging.steps.data.fetch import FetchStep, FetchStepFile
from addressee.messaging.steps.data.update_data import UpdateDataStep, UpdateDataStepFile
from addressee.messaging.steps.data.update_list import UpdateListStep, UpdateListStepFile
from addressee.messaging.steps.data.update_recipient import (
    UpdateObjectStep,
    UpdateRecipientStepFile,
    UpdateTenantStep,
    UpdateUserStep,
)
from addressee.messaging.steps.data.update_subscription import UpdateSubscriptionStep, UpdateSubscriptionStepFile
from addressee.messaging.steps.flow.branch import BranchStep, BranchStepFile
from addressee.messaging.steps.flow.cohort import CohortStep, CohortStepFile
from addressee.messaging.steps.flow.entry import EntryConditions, EntryLimit
from addressee.messaging.steps.flow.jumps import EndStep, JumpStep
from addressee.messaging.steps.flow.throttle import ThrottleStep, ThrottleStepFile
from addressee.messaging.steps.flow.trigger_workflow import TriggerWorkflowFile, TriggerWorkflowStep
from addressee.messaging.steps.flow.unsupported import AgentStepFile, UnsupportedStep
from addressee.messaging.steps.waiting.delay import DelayStep, DelayStepFile
from addressee.messaging.steps.waiting.time_window import TimeWindowStep, TimeWindowStepFile
from addressee.messaging.steps.waiting.wait import EndWaitStep, WaitStep
from addressee.messaging.steps.waiting.wait_file import WaitStepFile

AnyStep = (
    BatchStep
    | BranchStep
    | ChannelStep
    | ChannelCapStep
    | ChosenStep
    | CloseBatchStep
    | CohortStep
    | CloseDigestStep
    | DelayStep
    | DigestStep
    | EndStep
    | EntryConditions
    | EntryLimit
    | FetchStep
    | JumpStep
    | RoutedStep
    | ThrottleStep
    | TriggerWorkflowStep
    | UpdateDataStep
    | UpdateListStep
    | UpdateObjectStep
    | UpdateSubscriptionStep
    | UpdateTenantStep
    | UpdateUserStep
    | EndWaitStep
    | WaitStep
    | TimeWindowStep
    | UnsupportedStep
)

# The form of each kind in a file, by its `type`.
FORMS: Mapping[str, type[StepFile]] = {
    "ai_agent": AgentStepFile,
    "batch": BatchStepFile,
    "branch": BranchStepFile,
    "channel": ChannelStepFile,
    "digest": DigestStepFile,
    "delay": DelayStepFile,
    "http_fetch": FetchStepFile,
    "fetch": FetchStepFile,
    "webhook": FetchStepFile,
    "httpapi_fetch": FetchStepFile,
    "httpapi_webhook": FetchStepFile,
    "random_cohort": CohortStepFile,
    "route": RouteStepFile,
    "throttle": ThrottleStepFile,
    "trigger_workflow": TriggerWorkflowFile,
    "update_data": UpdateDataStepFile,
    "update_user": UpdateRecipientStepFile,
    "userupdate": UpdateRecipientStepFile,
    "update_tenant": UpdateRecipientStepFile,
    "update_object": UpdateRecipientStepFile,
    "update_list": UpdateListStepFile,
    "subscriberlistoperation_adduser": UpdateListStepFile,
    "subscriberlistoperation_removeuser": UpdateListStepFile,
    "update_subscription": UpdateSubscriptionStepFile,
    "update_audience": UpdateSubscriptionStepFile,
    "objectoperation_addsubscription": UpdateSubscriptionStepFile,
    "objectoperation_removesubscription": UpdateSubscriptionStepFile,
    "wait_for_event": WaitStepFile,
    "time_window": TimeWindowStepFile,
    "timewindow": TimeWindowStepFile,
}

# Short forms, which have no type: a field tells the kind.
SHORT_FORMS: Mapping[str, type[StepFile]] = {"delay": DelayStepFile, "channel": ChannelStepFile}


def form_of(step: Mapping[str, Any]) -> type[StepFile] | None:
    """Returns the form of a step in a file: a channel step's where nothing tells its kind, None for an unknown type."""
    if "type" in step:
        form = FORMS.get(str(step["type"]))
    else:
        form = next((form for field, form in SHORT_FORMS.items() if field in step), ChannelStepFile)
    names_group = form is ChannelStepFile and step.get("channel_group_key") is not None
    return ChannelGroupStepFile if names_group else form
