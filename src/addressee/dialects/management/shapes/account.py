"""The account, as a service key sees it."""

from __future__ import annotations

from msgspec import Struct


class AccountFeatures(Struct, kw_only=True):
    """The features that the account may use. Clients do not ask for the others."""

    batch_items_render_limit_allowed: bool = True
    custom_branding_allowed: bool = True
    data_retention_days: int | None = None
    knock_branding_required: bool = False
    message_sent_limit: int | None = None
    tenant_preferences_allowed: bool = True
    translations_allowed: bool = True


class Whoami(Struct, kw_only=True):
    """The caller: always a service key, by its name."""

    type: str
    account_name: str
    account_slug: str
    account_features: AccountFeatures
    service_token_name: str
    user_id: str | None = None
