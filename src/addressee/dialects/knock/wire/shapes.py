"""Request bodies, and the documented form of answers (knock.md §2.0).

Requests are decoded into these types; answers are rendered by `rendering`, and described by these types in the
OpenAPI document.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from addressee.directory.documents import Id
from addressee.messaging.schedules.recurrence import MAX_INTERVAL

MAX_ROWS = 1000
MAX_BATCH_CONTENTS = 25
MAX_METADATA_PAIRS = 5
MAX_SCHEDULES = 100

MAX_SUBSCRIBERS = 100

Rows = Annotated[list[dict[str, Any]], Meta(max_length=MAX_ROWS)]
Ids = Annotated[list[Id], Meta(max_length=MAX_ROWS)]
Texts = Annotated[list[str], Meta(max_length=MAX_ROWS)]
Named = Annotated[str, Meta(min_length=1, max_length=256)]
Subscribers = Annotated[list[Id | dict[str, Any]], Meta(max_length=MAX_SUBSCRIBERS)]


class UserInput(Struct, kw_only=True):
    """Any further key is a trait."""

    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    phone_number: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    created_at: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    channel_data: dict[str, Any] | UnsetType | None = UNSET


class User(Struct, kw_only=True):
    """Traits stand beside these keys."""

    typename: str = field(name="__typename")
    id: str
    updated_at: str
    created_at: str | None
    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET


class PageInfo(Struct, kw_only=True):
    typename: str = field(name="__typename")
    page_size: int
    after: str | None
    before: str | None


class Users(Struct, kw_only=True):
    entries: list[User]
    page_info: PageInfo


class BulkIdentify(Struct, kw_only=True):
    users: Rows


class OlderUser(Struct, kw_only=True):
    id: Id
    properties: dict[str, Any] = {}


class OlderBulkIdentify(Struct, kw_only=True):
    batch: Annotated[list[OlderUser], Meta(max_length=MAX_ROWS)]


class MergeFrom(Struct, kw_only=True):
    from_user_id: Id


class BulkDelete(Struct, kw_only=True):
    user_ids: Ids


class ErrorItem(Struct, kw_only=True, omit_defaults=True):
    """`message` says why the row was refused. Users have no `collection`."""

    id: str
    message: str
    collection: str | None = None


class BulkOperation(Struct, kw_only=True):
    typename: str = field(name="__typename", default="BulkOperation")
    id: str
    name: str
    status: str
    estimated_total_rows: int
    processed_rows: int
    success_count: int
    error_count: int
    error_items: list[ErrorItem]
    inserted_at: str
    updated_at: str
    started_at: str | None
    completed_at: str | None
    failed_at: str | None
    progress_path: str


class TriggerSettings(Struct, kw_only=True):
    sandbox_mode: bool = False
    skip_delay: bool = False


class Trigger(Struct, kw_only=True):
    recipients: Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_ROWS)]
    actor: Id | dict[str, Any] | None = None
    data: dict[str, Any] | None = None
    tenant: Id | dict[str, Any] | None = None
    cancellation_key: Named | None = None
    settings: TriggerSettings | None = None


class Triggered(Struct, kw_only=True):
    workflow_run_id: str


class Cancel(Struct, kw_only=True, forbid_unknown_fields=True):
    """Without `recipients` for all; an empty list cancels for nobody."""

    cancellation_key: Named
    recipients: Annotated[list[Id | dict[str, Any]], Meta(max_length=MAX_ROWS)] | None = None


class Notify(Struct, kw_only=True):
    """The form of a trigger before workflows had paths of their own; `name` is the workflow's key."""

    name: Named
    actor: Id | dict[str, Any]
    recipients: Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_ROWS)]
    data: dict[str, Any] | None = None
    cancellation_key: Named | None = None


class Notified(Struct, kw_only=True):
    result_id: str


class CancelNotify(Cancel, kw_only=True):
    name: Named


class Messages(Struct, kw_only=True):
    message_ids: Texts


class Interaction(Struct, kw_only=True):
    metadata: Annotated[dict[str, Any], Meta(max_length=MAX_METADATA_PAIRS)] | None = None


class MessagesInteraction(Struct, kw_only=True):
    message_ids: Texts
    metadata: Annotated[dict[str, Any], Meta(max_length=MAX_METADATA_PAIRS)] | None = None


class ChannelDataInput(Struct, kw_only=True):
    data: dict[str, Any]


class ChannelData(Struct, kw_only=True):
    """`provider` is null for a channel that needs no data."""

    typename: str = field(name="__typename")
    channel_id: str
    provider: str | None
    data: dict[str, Any]


class ChannelBulk(Struct, kw_only=True, forbid_unknown_fields=True):
    """`user_ids` is the former name of `recipient_ids`. `trigger_data` is an object, or one in a string.

    An empty text is no filter: clients send it for those that they do not mean. An empty list or object finds nothing,
    and a misspelt filter is refused, as too much would be found without it.
    """

    archived: Literal["", "exclude", "include", "only"] | None = None
    delivery_status: (
        Literal["", "queued", "sent", "delivered", "delivery_attempted", "undelivered", "not_sent", "bounced"] | None
    ) = None
    engagement_status: (
        Literal["", "seen", "unseen", "read", "unread", "archived", "unarchived", "link_clicked", "interacted"] | None
    ) = None
    has_tenant: bool | Literal[""] | None = None
    newer_than: str | None = None
    older_than: str | None = None
    recipient_ids: Ids | None = None
    user_ids: Ids | None = None
    tenants: Ids | Literal[""] | None = None
    workflows: Texts | Literal[""] | None = None
    trigger_data: str | dict[str, Any] | None = None


class PreferenceSetInput(Struct, kw_only=True):
    """Parts that are null are not set."""

    persistence_strategy: Literal["merge", "replace"] | None = field(name="__persistence_strategy__", default=None)
    categories: dict[str, Any] | None = None
    workflows: dict[str, Any] | None = None
    channel_types: dict[str, Any] | None = None
    channels: dict[str, Any] | None = None
    commercial_subscribed: bool | dict[str, Any] | None = None


class PreferenceSet(Struct, kw_only=True):
    id: str
    categories: dict[str, Any] | None
    workflows: dict[str, Any] | None
    channel_types: dict[str, Any] | None
    channels: dict[str, Any] | None
    commercial_subscribed: bool | dict[str, Any] | None


class BulkPreferences(Struct, kw_only=True):
    """`preferences` is a preference set with its id, which is `default` when it is not given."""

    user_ids: Ids
    preferences: dict[str, Any]


class PreferenceEntries(Struct, kw_only=True):
    """The entries of one section of a preference set."""


class PreferenceEntry(Struct, kw_only=True):
    """True or false as `subscribed`, or the parts of a scope."""

    subscribed: bool | UnsetType = UNSET
    channel_types: dict[str, Any] | None = None
    channels: dict[str, Any] | None = None
    conditions: list[Any] | None = None


class Subscribed(Struct, kw_only=True):
    subscribed: bool


class ObjectInput(Struct, kw_only=True):
    """Any further key is a property."""

    name: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    created_at: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    channel_data: dict[str, Any] | UnsetType | None = UNSET


class Object(Struct, kw_only=True):
    typename: str = field(name="__typename")
    id: str
    collection: str
    properties: dict[str, Any]
    created_at: str | None
    updated_at: str


class Objects(Struct, kw_only=True):
    entries: list[Object]
    page_info: PageInfo


class BulkSetObjects(Struct, kw_only=True):
    objects: Rows


class BulkDeleteObjects(Struct, kw_only=True):
    object_ids: Ids


class AddSubscriptions(Struct, kw_only=True):
    recipients: Subscribers
    properties: dict[str, Any] | None = None


class DeleteSubscriptions(Struct, kw_only=True):
    recipients: Subscribers


class ObjectSubscriptions(Struct, kw_only=True):
    id: Id
    recipients: Subscribers
    properties: dict[str, Any] | None = None


class ObjectUnsubscriptions(Struct, kw_only=True):
    id: Id
    recipients: Subscribers


class BulkAddSubscriptions(Struct, kw_only=True):
    subscriptions: Annotated[list[ObjectSubscriptions], Meta(max_length=MAX_SUBSCRIBERS)]


class BulkDeleteSubscriptions(Struct, kw_only=True):
    subscriptions: Annotated[list[ObjectUnsubscriptions], Meta(max_length=MAX_SUBSCRIBERS)]


class Subscription(Struct, kw_only=True):
    """`recipient` is a user or an object."""

    typename: str = field(name="__typename")
    object: Object
    recipient: dict[str, Any]
    properties: dict[str, Any]
    inserted_at: str
    updated_at: str


class Subscriptions(Struct, kw_only=True):
    entries: list[Subscription]
    page_info: PageInfo


class Branding(Struct, kw_only=True):
    primary_color: str | UnsetType | None = UNSET
    primary_color_contrast: str | UnsetType | None = UNSET
    logo_url: str | UnsetType | None = UNSET
    icon_url: str | UnsetType | None = UNSET
    dark_primary_color: str | UnsetType | None = UNSET
    dark_primary_color_contrast: str | UnsetType | None = UNSET
    dark_logo_url: str | UnsetType | None = UNSET
    dark_icon_url: str | UnsetType | None = UNSET


class TenantSettings(Struct, kw_only=True):
    branding: Branding | UnsetType | None = UNSET
    preference_set: dict[str, Any] | UnsetType | None = UNSET


class TenantInput(Struct, kw_only=True):
    """Any further key is a property."""

    name: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    channel_data: dict[str, Any] | UnsetType | None = UNSET
    settings: TenantSettings | UnsetType | None = UNSET


class Tenant(Struct, kw_only=True):
    """Properties stand beside these keys."""

    typename: str = field(name="__typename")
    id: str
    settings: dict[str, Any]
    created_at: str | None
    updated_at: str
    name: str | UnsetType | None = UNSET


class Tenants(Struct, kw_only=True):
    entries: list[Tenant]
    page_info: PageInfo


class BulkSetTenants(Struct, kw_only=True):
    """A bare id creates an empty tenant."""

    tenants: Annotated[list[Id | dict[str, Any]], Meta(max_length=MAX_ROWS)]


class AudienceMemberInput(Struct, kw_only=True):
    """`user` is a user with its id; it is identified with what else is given."""

    user: dict[str, Any]
    tenant: Id | None = None


class AudienceMembers(Struct, kw_only=True):
    members: Annotated[list[AudienceMemberInput], Meta(max_length=MAX_ROWS)]


class AudienceMember(Struct, kw_only=True):
    typename: str = field(name="__typename")
    user_id: str
    user: User
    tenant: str | None
    added_at: str


class AudienceMemberList(Struct, kw_only=True):
    entries: list[AudienceMember]
    page_info: PageInfo


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekends"]


class RepeatInput(Struct, kw_only=True):
    """`days` may be one word for several: weekdays or weekends."""

    frequency: Literal["hourly", "daily", "weekly", "monthly"]
    interval: Annotated[int, Meta(ge=1, le=MAX_INTERVAL)] | None = None
    days: Day | list[Day] | None = None
    day_of_month: Annotated[int, Meta(ge=1, le=31)] | None = None
    hours: Annotated[int, Meta(ge=0, le=23)] | None = None
    minutes: Annotated[int, Meta(ge=0, le=55, multiple_of=5)] | None = None


Repeats = Annotated[list[RepeatInput], Meta(max_length=MAX_SCHEDULES)]
ScheduleIds = Annotated[list[str], Meta(max_length=MAX_SCHEDULES)]


class ScheduleInput(Struct, kw_only=True):
    workflow: Named
    repeats: Repeats | None = None
    scheduled_at: str | None = None
    ending_at: str | None = None
    actor: Id | dict[str, Any] | None = None
    data: dict[str, Any] | None = None
    tenant: Id | dict[str, Any] | None = None


class CreateSchedules(ScheduleInput, kw_only=True):
    recipients: Annotated[list[Id | dict[str, Any]], Meta(min_length=1, max_length=MAX_SCHEDULES)]


class UpdateSchedules(Struct, kw_only=True):
    """What is not given stays, what is null goes."""

    schedule_ids: ScheduleIds
    repeats: Repeats | UnsetType | None = UNSET
    scheduled_at: str | UnsetType | None = UNSET
    ending_at: str | UnsetType | None = UNSET
    actor: Id | dict[str, Any] | UnsetType | None = UNSET
    data: dict[str, Any] | UnsetType | None = UNSET
    tenant: Id | dict[str, Any] | UnsetType | None = UNSET


class DeleteSchedules(Struct, kw_only=True):
    schedule_ids: ScheduleIds


class BulkSchedule(ScheduleInput, kw_only=True):
    recipient: Id | dict[str, Any] | None = None


class BulkCreateSchedules(Struct, kw_only=True):
    schedules: Annotated[list[BulkSchedule], Meta(max_length=MAX_ROWS)]


class ScheduleRepeat(Struct, kw_only=True):
    typename: str = field(name="__typename")
    frequency: str
    interval: int
    days: list[str]
    day_of_month: int | None
    hours: int
    minutes: int


class Schedule(Struct, kw_only=True):
    """`recipient` and `actor` are users or objects, whole."""

    typename: str = field(name="__typename")
    id: str
    workflow: str
    recipient: dict[str, Any]
    actor: dict[str, Any] | None
    tenant: str | None
    data: dict[str, Any]
    repeats: list[ScheduleRepeat]
    scheduled_at: str | None
    ending_at: str | None
    next_occurrence_at: str | None
    last_occurrence_at: str | None
    inserted_at: str
    updated_at: str


class Schedules(Struct, kw_only=True):
    entries: list[Schedule]
    page_info: PageInfo
