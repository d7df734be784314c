"""The command `preview`: renders the messages of a workflow from its folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from addressee.cli.commands.folders.push import shown_problems
from addressee.cli.errors import CommandError, refusals
from addressee.directory.recipient import TENANTS, USERS
from addressee.messaging.environment.channels import Channel
from addressee.messaging.preview.model import EverySecret, PreviewedMessage, PreviewRequest
from addressee.messaging.preview.people import person
from addressee.messaging.preview.preview import channels_in, preview, unfit
from addressee.messaging.preview.printing import lines_of, write_files
from addressee.messaging.workflows.available import Available
from addressee.messaging.workflows.configuration import Configuration, read_configuration
from addressee.messaging.workflows.files.workflows import WorkflowDefinition
from addressee.suggestions import instead_of


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    """The options of the command: texts that are JSON, or the names of files of it."""

    workflow: str
    recipient: str
    data: str | None = None
    tenant: str | None = None
    actor: str | None = None
    answers: str | None = None
    channels: Sequence[str] = ()
    events: Sequence[str] = ()
    out: Path | None = None


def run(folder: Path, options: PreviewOptions) -> None:
    """Raises CommandError when anything is wrong, after it has printed each problem."""
    now = datetime.now(UTC)
    with shown_problems():
        configuration = read_configuration(folder, os.environ, Available(secrets=EverySecret()), settings_may_lack=True)
    workflow = workflow_named(configuration, options.workflow)
    channels = channels_in(configuration, now)
    for key in options.channels:
        if key not in channels:
            raise CommandError(f"There is no channel {key!r} in this folder; {instead_of(key, channels)}")
    asked = asked_for(options, channels, now)
    refs = dict.fromkeys(step.ref for step in workflow.workflow.steps)
    for ref in (*asked.events, *asked.answers):
        if ref not in refs:
            raise CommandError(f"There is no step {ref!r} in {workflow.key}; {instead_of(ref, refs)}")
    if failures := unfit(workflow, asked):
        for failure in failures:
            print(f"{failure.field}: {failure.message}", file=sys.stderr)
        raise CommandError(f"A trigger of {workflow.key} with this data would be refused.")
    number = 0
    for happened in preview(configuration, workflow, asked, channels, now):
        is_message = isinstance(happened, PreviewedMessage)
        if isinstance(happened, PreviewedMessage) and options.channels and happened.channel not in options.channels:
            continue
        for line in lines_of(happened):
            print(line)
        if isinstance(happened, PreviewedMessage) and options.out is not None:
            number += 1
            for file in write_files(options.out, number, happened):
                print(f"  -> {file}")
        if is_message:
            print()


def workflow_named(configuration: Configuration, key: str) -> WorkflowDefinition:
    known = {workflow.key: workflow for workflow in configuration.workflows}
    if key not in known:
        raise CommandError(f"There is no workflow {key!r} in this folder; {instead_of(key, known)}")
    return known[key]


def asked_for(options: PreviewOptions, channels: Mapping[str, Channel], now: datetime) -> PreviewRequest:
    recipient, actor, tenant = (
        None if given is None else described(option, given, channels, now, collection)
        for option, given, collection in (
            ("--recipient", options.recipient, USERS),
            ("--actor", options.actor, USERS),
            ("--tenant", options.tenant, TENANTS),
        )
    )
    assert recipient is not None
    answers = {} if options.answers is None else json_in("--answers", options.answers)
    if not isinstance(answers, dict):
        raise CommandError("--answers must be a JSON object: the answer of each fetch step by its ref.")
    return PreviewRequest(recipient, items_in(options.data), actor, tenant, answers, frozenset(options.events))


def described(option: str, given: str, channels: Mapping[str, Channel], now: datetime, collection: str) -> Any:
    is_json = given.lstrip().startswith("{") or given.endswith(".json")
    value = json_in(option, given) if is_json else given
    if not isinstance(value, str | dict):
        raise CommandError(f"{option} must be an id, or a JSON object that describes somebody.")
    try:
        with refusals():
            return person(value, channels, now, collection)
    except CommandError as error:
        raise CommandError(f"{option}: {error}") from None


def items_in(data: str | None) -> Sequence[Mapping[str, Any]]:
    """Returns the data of each trigger: several are given as a list."""
    value = {} if data is None else json_in("--data", data)
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, dict) for item in items):
        raise CommandError("--data must be a JSON object, or a list of them: the data of several triggers.")
    return items


def json_in(option: str, given: str) -> Any:
    """Returns what an option holds: JSON, or the name of a file of JSON."""
    text: str | bytes = given
    if not given.lstrip().startswith(("{", "[")):
        try:
            text = Path(given).read_bytes()
        except OSError as error:
            raise CommandError(f"{option}: the file {given} cannot be read: {error.strerror}.") from None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{option}: this is not JSON: {error}.") from None
