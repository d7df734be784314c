"""Requests and responses of the native API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, field

from addressee.api.merges import Dialect
from addressee.directory.documents import Id
from addressee.messaging.suppressions.model import SuppressibleKind

# The number of addresses that one call can suppress.
MAX_ADDED = 1_000


class MergeFrom(Struct, kw_only=True, forbid_unknown_fields=True):
    from_id: Id = field(name="from")


class PreviewOf(MergeFrom, kw_only=True, forbid_unknown_fields=True):
    """`dialect` is the API that would merge: they differ in how gaps are filled and in whether subscriptions move."""

    dialect: Dialect = "knock"


class StoredRecipient(Struct, kw_only=True):
    """A recipient as it is stored, or as it was; secrets of addresses are masked.

    An id that is deleted and used again gets a new `uid`. Of the past, `addresses` and `channel_data` are not known.
    """

    collection: str
    id: str
    uid: UUID
    version: int
    attributes: dict[str, Any]
    properties: dict[str, Any]
    preferences: dict[str, Any]
    updated_at: datetime
    addresses: list[dict[str, Any]] | UnsetType = UNSET
    channel_data: dict[str, Any] | UnsetType = UNSET


class Operator(Struct, kw_only=True):
    """An operator of the dashboard."""

    name: str
    email: str


class Change(Struct, kw_only=True):
    """An edit of a recipient, with the values that it changed; null where nothing was there, or it was erased.

    `addresses` and `channel_data` name the kinds and channels that changed, without their values. `operator` is who
    made the edit by the dashboard; null for edits by the API.
    """

    version: int
    at: datetime
    edit: str
    key_id: UUID | None
    request_id: str | None
    operator: Operator | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Changes(Struct, kw_only=True):
    changes: list[Change]
    after: str | None


class Merge(Struct, kw_only=True):
    """`settled_at` is when the last message was moved to the primary, or back; null while messages are being moved."""

    id: UUID
    collection: str
    into_id: str = field(name="into")
    from_id: str = field(name="from")
    merged_at: datetime
    settled_at: datetime | None
    undone_at: datetime | None


class Follows(Struct, kw_only=True):
    """Counts of what moves to the primary: messages of the last 30 days, runs that have not ended, subscriptions."""

    messages: int
    waiting_runs: int
    subscriptions: int


class Ends(Struct, kw_only=True):
    """Counts of what ends with the secondary. Undoing restores it, except schedules that fell due meanwhile."""

    older_messages: int
    subscriptions: int
    schedules: int


class Preview(Struct, kw_only=True):
    primary: StoredRecipient
    secondary: StoredRecipient
    merged: StoredRecipient
    follows: Follows
    ends: Ends


class Merged(Struct, kw_only=True):
    merge: Merge
    primary: StoredRecipient


class Merges(Struct, kw_only=True):
    merges: list[Merge]


class Undone(Struct, kw_only=True):
    """`not_restored` are paths of the primary that were changed after the merge, and keep their values."""

    merge: Merge
    primary: StoredRecipient
    secondary: StoredRecipient
    not_restored: list[str]


class Explain(Struct, kw_only=True, forbid_unknown_fields=True):
    """The trigger to explain. `actor` is a user's id."""

    workflow: str
    tenant: Id | None = None
    actor: Id | None = None
    data: dict[str, Any] = {}


class Reference(Struct, kw_only=True, forbid_unknown_fields=True):
    """An object."""

    collection: str
    id: Id


class Simulate(Struct, kw_only=True, forbid_unknown_fields=True):
    """The trigger to simulate, for a user's id or an object. `actor` is a user's id.

    With `items`, batches collect one trigger for each of these data. `answers` are those of fetch steps, by their refs;
    `events` are the refs of the steps whose events happen: other waits expire.
    """

    recipient: Id | Reference
    data: dict[str, Any] = {}
    items: Annotated[list[dict[str, Any]], Meta(max_length=100)] = []
    tenant: Id | None = None
    actor: Id | None = None
    answers: dict[str, Any] = {}
    events: Annotated[list[str], Meta(max_length=100)] = []


class SimulatedMessage(Struct, kw_only=True):
    """A message. `content` is null if its template failed; with an `obstacle` it would not be sent."""

    channel: str
    channel_type: str
    content: dict[str, Any] | None
    obstacle: str | None


class SimulatedEvent(Struct, kw_only=True):
    """An event that would happen at a time: an entry of the run's journal, or a message, as `message_enqueued`."""

    at: datetime
    event: str
    step_ref: str | None
    data: dict[str, Any]
    message: SimulatedMessage | None


class Simulated(Struct, kw_only=True):
    """The events that would happen, in their order. `obstacle` says why there would be none."""

    obstacle: dict[str, Any] | None
    events: list[SimulatedEvent]


class Suppression(Struct, kw_only=True):
    """An address that this environment does not send to. `reason` is `bounced`, `opted_out`, `manual` or `complained`.

    `details` are the provider's words, or those of whoever added it; `channel_id` and `message_id` name the message by
    which it was learnt. Each may be null.
    """

    kind: str
    address: str
    reason: str
    details: str | None
    channel_id: UUID | None
    message_id: str | None
    created_at: datetime


class ExplainedStep(Struct, kw_only=True):
    """`addresses` are those that the step would reach: e-mail addresses, phone numbers, the ends of devices' tokens,
    the id of the feed. `obstacle` is why it would reach none, or null; `suppressed` are the addresses that it would
    leave out as they are suppressed. `after` are the refs of steps before it that wait, or whose outcome is not known
    yet: it would be taken when they let the run go on, with the values of then. `held` says what it would wait for now
    (`by`: `send_windows`, `quiet_hours` or `tenant_quiet_hours`), `until` when, in which `timezone`, and from which
    `layer` of the preferences. `failover` are the keys of the channels that would send, in this order, what the step's
    channel cannot.
    """

    ref: str
    channel: str
    channel_type: str
    reached: bool
    addresses: list[str]
    obstacle: dict[str, Any] | None
    suppressed: list[Suppression]
    after: list[str] | UnsetType = UNSET
    held: dict[str, Any] | UnsetType = UNSET
    failover: list[str] | UnsetType = UNSET


class Decision(Struct, kw_only=True):
    """The branch, null for none, that a step with branches would take now. `evaluated` says what the conditions of each
    branch up to it compared; `percentage` is the share of a random cohort.
    """

    ref: str
    type: str
    branch: str | None
    evaluated: list[dict[str, Any]] | UnsetType = UNSET
    percentage: float | UnsetType = UNSET


class Explanation(Struct, kw_only=True):
    """`obstacle` is why the whole workflow would not run, or null. `branches` are the decisions of steps with branches,
    where there are any.
    """

    reached: bool
    obstacle: dict[str, Any] | None
    steps: list[ExplainedStep]
    branches: list[Decision] | UnsetType = UNSET


class Tracking(Struct, kw_only=True):
    """`own` is what is stored for the recipient, null if nothing is. `effective` is whether messages may be tracked,
    and `layer` who says so; null: nobody.
    """

    own: bool | None
    effective: bool
    layer: str | None


class NewTracking(Struct, kw_only=True, forbid_unknown_fields=True):
    """`tracking` is whether opens and clicks of the recipient's messages may be recorded."""

    tracking: bool


class QuietHours(Struct, kw_only=True):
    """`own` are what is stored for the recipient, and `effective` what applies, from this `layer`; null: none."""

    own: dict[str, Any] | None
    effective: dict[str, Any] | None
    layer: str | None


class NewQuietHours(Struct, kw_only=True, forbid_unknown_fields=True):
    """`windows` have `days` (by default all), `from` and `until`, as times of day in the `timezone`, by default the
    recipient's. With the `action` `hold` messages wait for their end, for `hold_max` at most (by default 24h); with
    `skip` they are not sent. Messages of the categories in `except` are sent all the same.
    """

    enabled: bool = True
    windows: list[dict[str, Any]] = []
    timezone: str | None = None
    action: Literal["hold", "skip"] = "hold"
    except_: list[str] = field(name="except", default_factory=list)
    hold_max: str | int | dict[str, Any] | None = None


class NewLink(Struct, kw_only=True, forbid_unknown_fields=True):
    """`expires_in` is a duration, by default 7 days and at most 366: `7d`, or a number of seconds. With a `tenant`, the
    page is about what it sends, in its colours.
    """

    purpose: Literal["preferences", "inbox"]
    expires_in: str | int | dict[str, Any] | None = None
    tenant: Id | None = None


class Link(Struct, kw_only=True):
    """A link to a page. Until `expires_at` its URL opens the page for anybody who has it, without a login."""

    url: str
    expires_at: datetime


class Count(Struct, kw_only=True):
    count: int


class Notice(Struct, kw_only=True):
    """`messages` say what was not stored, and why. `request_id` is empty for what no request caused, like a schedule
    that could not start its workflow.
    """

    id: UUID
    collection: str
    recipient_id: str
    request_id: str
    messages: list[str]
    recorded_at: datetime


class Notices(Struct, kw_only=True):
    """`after` asks for the next page of 100; null on the last one."""

    notices: list[Notice]
    after: str | None


class Suppressions(Struct, kw_only=True):
    """`after` asks for the next page of 100; null on the last one."""

    suppressions: list[Suppression]
    after: str | None


class NewSuppression(Struct, kw_only=True, forbid_unknown_fields=True):
    """An address not to be sent to, in any spelling. `details` are shown in lists."""

    kind: SuppressibleKind
    address: str
    details: str | None = None


class NewSuppressions(Struct, kw_only=True, forbid_unknown_fields=True):
    """At most 1,000 addresses. Their reason is `manual`; one that was complained about keeps its reason."""

    suppressions: Annotated[list[NewSuppression], Meta(min_length=1, max_length=MAX_ADDED)]
