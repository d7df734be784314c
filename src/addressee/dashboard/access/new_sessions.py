"""Sessions that begin in a browser, under a new cookie."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.dashboard.cookies import with_browser
from addressee.dashboard.rendering import see_other
from addressee.dashboard.urls import SIGN_IN
from addressee.dashboard.visits import Visit
from addressee.operators.model import Operator

UNKNOWN_ADDRESS = "unknown"


async def begin_session(visit: Visit, operator: Operator, target: str) -> Answer:
    """Begins a session in place of the one that the browser has, and leads on.

    Whoever was disabled meanwhile is led to the page for signing in.
    """
    sessions, user_agent = visit.services.operators.sessions, visit.asked.headers.get("user-agent", "")
    address = visit.address or UNKNOWN_ADDRESS
    token = await sessions.begin(operator, address, user_agent, visit.asked.browser)
    if token is None:
        return see_other(SIGN_IN)
    return with_browser(see_other(target), token, visit.asked.info.base_url)
