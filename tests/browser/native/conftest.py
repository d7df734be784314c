"""Knock's SDK, for what happens on the server."""

from tests.browser.knock.conftest import tell
from tests.dialects.knock.conftest import configuration, knock, public_key, pushed, secret_key

__all__ = ["configuration", "knock", "public_key", "pushed", "secret_key", "tell"]
