"""What AWS does with a request before it answers: it computes the signature itself (AWS Signature Version 4)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.channels.provider_server import ReceivedRequest

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 "
    r"Credential=(?P<key>\w+)/(?P<scope>(?P<day>\d{8})/(?P<region>[\w-]+)/(?P<service>\w+)/aws4_request), "
    r"SignedHeaders=(?P<names>[\w;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
TOLERANCE = timedelta(minutes=5)


def assert_signed(request: ReceivedRequest, settings: Mapping[str, Any], service: str) -> None:
    """Asserts that a request is signed for a service with the keys in the settings, and not long ago."""
    stated = AUTHORIZATION.fullmatch(request.headers["authorization"])
    assert stated is not None
    assert (stated["key"], stated["region"], stated["service"]) == (
        settings["access_key_id"],
        settings["region"],
        service,
    )
    time = request.headers["x-amz-date"]
    assert time.startswith(stated["day"])
    assert abs(datetime.now(UTC) - datetime.strptime(time, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)) < TOLERANCE
    assert request.headers.get("x-amz-security-token") == settings.get("session_token")
    names = stated["names"].split(";")
    assert {"host", "content-type", *(name for name in request.headers if name.startswith("x-amz-"))} == set(names)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    payload = hashlib.sha256(request.body).hexdigest()
    canonical = f"{request.method}\n{request.path}\n{request.query}\n{headers}\n{stated['names']}\n{payload}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = b"AWS4" + settings["secret_access_key"].encode()
    for part in stated["scope"].split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{time}\n{stated['scope']}\n{digest}"
    assert stated["signature"] == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
