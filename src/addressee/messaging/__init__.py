"""The messaging room: what recipients get."""

from addressee.messaging.activities import Activity
from addressee.messaging.batches import Accepted, Outcome, Record
from addressee.messaging.content import Block, EmailContent, InAppContent, PushContent
from addressee.messaging.delivery import Status
from addressee.messaging.delivery_logs import DeliveryLog
from addressee.messaging.erasing import Erase, Person
from addressee.messaging.errors import (
    ActorMissingError,
    DataFailure,
    DataInvalidError,
    FeedItemMissingError,
    MessagingError,
    WorkflowInactiveError,
    WorkflowMissingError,
)
from addressee.messaging.explaining import ExplainedStep, Explanation
from addressee.messaging.feed import Feed, FeedFilter, FeedItem
from addressee.messaging.listening import Event
from addressee.messaging.listing import EARLIEST, LATEST, MessageFilter
from addressee.messaging.mark_all import Action, Selection
from addressee.messaging.marking import Mark, Marked
from addressee.messaging.message import Message, Position
from addressee.messaging.messaging import Messaging
from addressee.messaging.people import MISSING_NAME, Missing, People
from addressee.messaging.reaching import Address
from addressee.messaging.reading import Contents, MessageEvent
from addressee.messaging.reading_runs import RecipientRun, RunEvent, RunFilter, RunPosition
from addressee.messaging.recurrence import Frequency, Repeat, Timing, Weekday
from addressee.messaging.reference import Reference
from addressee.messaging.rescheduling import ScheduleChange
from addressee.messaging.runs import TRANSIENT, Identity, Profile, Terms
from addressee.messaging.schedule import Schedule, ScheduleEntry
from addressee.messaging.scheduling import NewSchedule
from addressee.messaging.stepping import RunStatus
from addressee.messaging.transients import Transient, described
from addressee.messaging.triggering import Trigger, check_data
from addressee.messaging.workflow import Channel
from addressee.messaging.workflows import NamedWorkflow

__all__ = [
    "EARLIEST",
    "LATEST",
    "MISSING_NAME",
    "TRANSIENT",
    "Accepted",
    "Action",
    "Activity",
    "ActorMissingError",
    "Address",
    "Block",
    "Channel",
    "Contents",
    "DataFailure",
    "DataInvalidError",
    "DeliveryLog",
    "EmailContent",
    "Erase",
    "Event",
    "ExplainedStep",
    "Explanation",
    "Feed",
    "FeedFilter",
    "FeedItem",
    "FeedItemMissingError",
    "Frequency",
    "Identity",
    "InAppContent",
    "Mark",
    "Marked",
    "Message",
    "MessageEvent",
    "MessageFilter",
    "Messaging",
    "MessagingError",
    "Missing",
    "NamedWorkflow",
    "NewSchedule",
    "Outcome",
    "People",
    "Person",
    "Position",
    "Profile",
    "PushContent",
    "RecipientRun",
    "Record",
    "Reference",
    "Repeat",
    "RunEvent",
    "RunFilter",
    "RunPosition",
    "RunStatus",
    "Schedule",
    "ScheduleChange",
    "ScheduleEntry",
    "Selection",
    "Status",
    "Terms",
    "Timing",
    "Transient",
    "Trigger",
    "Weekday",
    "WorkflowInactiveError",
    "WorkflowMissingError",
    "check_data",
    "described",
]
