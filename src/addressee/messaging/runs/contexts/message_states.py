"""Reads the states of messages that conditions of later steps ask for: in one query for a page, none without such."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from addressee.conditions.states import ENGAGEMENTS
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.messages.states import OF_NO_MESSAGE, MessageFacts, States, states_of
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.mentions import Mentioned, mentioned_channel_steps
from addressee.messaging.steps.run import RecipientRun

SQL = load(__package__)

# The states of each step that conditions ask for, by its ref.
StatesByRef = Mapping[str, States]


async def read_states(pool: Pool, run: Run, runs: Sequence[RecipientRun]) -> Mapping[UUID, StatesByRef]:
    """Returns, by the ids of the runs, the states of the steps that are asked for from where the page stands on.

    A message is found by its id, wherever a merge has moved it.
    """
    asked = mentioned_channel_steps(run.workflow.steps, min((each.step for each in runs), default=0))
    wanted: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    for each in runs:
        for ref, position, step in asked:
            if position < each.step:
                wanted[step.message_id(each.id, run.inserted_at)].append((each.id, ref))
    found: dict[tuple[UUID, str], list[MessageFacts]] = defaultdict(list)
    if wanted:
        rows = await pool.fetch(*SQL["message_states"](environment_id=run.environment_id, ids=list(wanted)))
        for row in rows:
            for asking in wanted[row["id"]]:
                found[asking].append(MessageFacts(row["status"], [each for each in ENGAGEMENTS if row[each]]))
    unsent = states_without_messages(asked)
    return {each.id: {ref: states_of(found.get((each.id, ref), ())) for ref in unsent} for each in runs}


def states_without_messages(asked: Sequence[Mentioned]) -> StatesByRef:
    """Returns the states of steps of which none has made a message."""
    return {each.ref: OF_NO_MESSAGE for each in asked}
