"""A client of the native API in the same environment, and a workflow to send something by."""

from __future__ import annotations

from tests.dialects.native.conftest import http, welcome

__all__ = ["http", "welcome"]
