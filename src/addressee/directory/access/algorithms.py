"""The algorithms by which user tokens are signed, and the settings of environments that hold their public keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Algorithm: TypeAlias = Literal["RS256", "ES256"]

SETTINGS: Mapping[Algorithm, str] = {"RS256": "signing_key", "ES256": "es256_signing_key"}
