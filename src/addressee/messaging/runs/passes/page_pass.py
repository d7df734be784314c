"""One pass of the runs of a page: what they have become, and what is stored with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from addressee.channels.provider import ChannelType
from addressee.database.jobs.queue import Job, Later, enqueue
from addressee.database.pool import Connection
from addressee.directory.writing.erase import Erase
from addressee.messaging.realtime.changes import NEW, FeedChange, FeedTopic
from addressee.messaging.recipients.identity import TRANSIENT, TRANSIENT_LIFE
from addressee.messaging.runs.effects import AskingPage
from addressee.messaging.runs.leaving_batches import close_batches_of_ended
from addressee.messaging.runs.model import RunPage, Send
from addressee.messaging.runs.passes.new_messages import Made, insert_messages
from addressee.messaging.runs.store import Run
from addressee.messaging.runs.waiting_pages import WaitingPage
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.machine import Pass
from addressee.messaging.steps.model import NewMessage
from addressee.messaging.steps.run import RecipientRun, RunStatus


class Source(NamedTuple):
    """The page that a run is of, and its trigger."""

    page: RunPage
    trigger: Run


@dataclass(frozen=True, slots=True)
class PagePass:
    """Runs `before` a pass, in which contexts it was taken, and what it made of each.

    They are of one page, or of small pages whose triggers are of one kind: `sources` says it of each, and `page` is
    the first one's then. Such runs ask together only for what does not depend on it.
    """

    page: AskingPage
    sources: Sequence[Source]
    before: Sequence[RecipientRun]
    contexts: Sequence[StepContext]
    passes: Sequence[Pass]

    @property
    def pages(self) -> list[RunPage]:
        return list(dict.fromkeys(source.page for source in self.sources))

    @property
    def asks(self) -> bool:
        return any(each.request for each in self.passes)

    def only(self, ids: Collection[UUID]) -> PagePass:
        """Returns what there is of these runs."""
        if len(ids) == len(self.before):
            return self
        ours = [index for index, each in enumerate(self.before) if each.id in ids]
        sources = [self.sources[index] for index in ours]
        first = sources[0] if sources else self.sources[0]
        return replace(
            self,
            page=replace(self.page, page=first.page, run=first.trigger),
            sources=sources,
            before=[self.before[index] for index in ours],
            contexts=[self.contexts[index] for index in ours],
            passes=[self.passes[index] for index in ours],
        )

    def without_cancelled(self, changed: Mapping[RunPage, WaitingPage]) -> PagePass:
        """Returns what there is of runs whose recipients still wait; only in these pages somebody cancelled some."""
        if not changed:
            return self
        waiting = {page: now.places for page, now in changed.items()}
        return self.only(
            {
                each.id
                for each, source in zip(self.before, self.sources, strict=True)
                if source.page not in waiting or (each.recipient.collection, each.recipient.id) in waiting[source.page]
            }
        )

    @property
    def ended_silently(self) -> list[UUID]:
        """The ids of the runs that have ended in this pass without a message."""
        return [each.run.id for each in self.passes if each.run.ended and not each.messages]

    @property
    def goes_on(self) -> bool:
        """Returns whether some of the runs can go on at once."""
        return any(each.run.status is RunStatus.PROCESSING for each in self.passes)


async def store_with(connection: Connection, taken: PagePass, jobs: Sequence[Job | Later]) -> list[FeedChange]:
    """Stores what follows from a pass that has moved its runs: messages and jobs. Last in a transaction.

    Returns the new entries of feeds, to be announced once the transaction has committed.
    """
    run, now = taken.page.run, taken.page.now
    made = [
        Made(message, *source, each.run.ended and message is each.messages[-1])
        for each, source in zip(taken.passes, taken.sources, strict=True)
        for message in each.messages
    ]
    sending = dict.fromkeys(each.page for each in made if each.message.addresses)
    ended = [each.run for each in taken.passes if each.run.ended]
    await close_batches_of_ended(connection, run, taken.before, ended, now)
    sends = [Later(Send.of(page), priority=run.priority) for page in sending]
    await enqueue(connection, [*sends, *jobs, *erasures(taken), *erasures_of_transients(ended)])
    await insert_messages(connection, made, now)
    return [new_entry(each.message) for each in made if each.message.channel.type is ChannelType.IN_APP_FEED]


def new_entry(message: NewMessage) -> FeedChange:
    recipient = message.recipient
    topic = FeedTopic(recipient.environment_id, message.channel.id, recipient.collection, recipient.id)
    return FeedChange(topic, NEW, (message.id,))


def erasures(taken: PagePass) -> list[Job]:
    """Returns the job that erases what remains of recipients who were deleted before their runs began."""
    gone = [
        each.recipient
        for each, known in zip(taken.before, taken.contexts, strict=True)
        if known.recipient is None and each.recipient.uid is not None
    ]
    return [Erase(gone)] if gone else []


def erasures_of_transients(ended: Iterable[RecipientRun]) -> list[Later]:
    """Returns the job that erases, after TRANSIENT_LIFE, what was sent to recipients who are stored nowhere."""
    transients = [
        each.recipient for each in ended if each.recipient.collection == TRANSIENT and each.recipient.uid is not None
    ]
    return [Later(Erase(transients), TRANSIENT_LIFE)] if transients else []
