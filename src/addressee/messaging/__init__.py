"""The messaging room: what recipients get."""

from addressee.messaging.content import Block, EmailContent, InAppContent
from addressee.messaging.delivery import Status
from addressee.messaging.erasing import Erase, Person
from addressee.messaging.errors import (
    ActorMissingError,
    DataFailure,
    DataInvalidError,
    MessagingError,
    ReceiptMismatchError,
    WorkflowInactiveError,
    WorkflowMissingError,
)
from addressee.messaging.feed import Activity, Feed, FeedFilter, FeedItem
from addressee.messaging.marking import Mark
from addressee.messaging.message import Message, Position
from addressee.messaging.messaging import Messaging
from addressee.messaging.people import Missing
from addressee.messaging.reading import EARLIEST, LATEST, Contents, MessageEvent, MessageFilter
from addressee.messaging.reference import Reference
from addressee.messaging.runs import Identity
from addressee.messaging.triggering import Accepted, Receipt, Trigger
from addressee.messaging.workflow import Channel

__all__ = [
    "EARLIEST",
    "LATEST",
    "Accepted",
    "Activity",
    "ActorMissingError",
    "Block",
    "Channel",
    "Contents",
    "DataFailure",
    "DataInvalidError",
    "EmailContent",
    "Erase",
    "Feed",
    "FeedFilter",
    "FeedItem",
    "Identity",
    "InAppContent",
    "Mark",
    "Message",
    "MessageEvent",
    "MessageFilter",
    "Messaging",
    "MessagingError",
    "Missing",
    "Person",
    "Position",
    "Receipt",
    "ReceiptMismatchError",
    "Reference",
    "Status",
    "Trigger",
    "WorkflowInactiveError",
    "WorkflowMissingError",
]
