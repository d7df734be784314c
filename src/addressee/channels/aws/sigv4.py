"""AWS Signature Version 4, by which Amazon knows who asks (AWS, "Create a signed AWS API request"). Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AwsKeys:
    """An access key of AWS, and the region whose services are asked. Temporary keys have a `session_token`."""

    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.secret_access_key, self.session_token)))


def signed(
    keys: AwsKeys, service: str, method: str, url: str, headers: Mapping[str, str], content: bytes, at: datetime
) -> dict[str, str]:
    """Returns the headers of a request with those that sign it. All of them are signed; names are in lower case."""
    time = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    named = {**headers, "host": host_of(url), "x-amz-date": time}
    if keys.session_token is not None:
        named["x-amz-security-token"] = keys.session_token
    scope = "/".join((time[:8], keys.region, service, TERMINATOR))
    request = canonical_request(method, url, named, content)
    to_sign = "\n".join((ALGORITHM, time, scope, hashlib.sha256(request.encode()).hexdigest()))
    signature = hmac.digest(signing_key(keys, time[:8], service), to_sign.encode(), "sha256").hex()
    authorization = (
        f"{ALGORITHM} Credential={keys.access_key_id}/{scope}, "
        f"SignedHeaders={';'.join(sorted(named))}, Signature={signature}"
    )
    return {**named, "authorization": authorization}


def canonical_request(method: str, url: str, headers: Mapping[str, str], content: bytes) -> str:
    """Returns what is signed of a request. The path is encoded once more than it is sent, as AWS asks."""
    parts = urlsplit(url)
    query = sorted((encoded(name), encoded(value)) for name, value in parse_qsl(parts.query, keep_blank_values=True))
    return "\n".join(
        (
            method,
            quote(parts.path or "/", safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in query),
            *(f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)),
            "",
            ";".join(sorted(headers)),
            hashlib.sha256(content).hexdigest(),
        )
    )


def signing_key(keys: AwsKeys, day: str, service: str) -> bytes:
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in (day, keys.region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def host_of(url: str) -> str:
    """Returns the header `Host` of a request: the port is named unless it is the usual one."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return host if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{parts.port}"


def encoded(text: str) -> str:
    return quote(text, safe="-_.~")
