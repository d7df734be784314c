"""The kinds of step; each is a module in this folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.messaging.steps.channel import ChannelStep, ChannelStepFile
from addressee.messaging.steps.delay import DelayStep, DelayStepFile
from addressee.messaging.steps.model import StepFile

AnyStep = ChannelStep | DelayStep

# The form of each kind in a file, by the field that tells the kind.
FILES: Mapping[str, type[StepFile]] = {"delay": DelayStepFile, "channel": ChannelStepFile}


def file_form(step: Mapping[str, Any]) -> type[StepFile]:
    """Returns the form of a step in a file: a channel step's for one that does not tell its kind."""
    return next((form for field, form in FILES.items() if field in step), ChannelStepFile)
