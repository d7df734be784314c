"""The account, as a service key sees it."""

from __future__ import annotations

from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.management.shapes.account import AccountFeatures, Whoami
from addressee.dialects.management.wire.keys import SERVICE

routes = Routes(keys=SERVICE)

ACCOUNT = "Addressee"


@routes.get("/v1/whoami", "whoami", response=Whoami)
async def whoami(call: Call) -> Whoami:
    """Say whose key this is."""
    return Whoami(
        type="service_token",
        account_name=ACCOUNT,
        account_slug=ACCOUNT.lower(),
        account_features=AccountFeatures(),
        service_token_name=call.caller.key_name or str(call.credential.key_id),
    )
