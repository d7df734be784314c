"""Paths of the dashboard's pages."""

from __future__ import annotations

from urllib.parse import quote, urlencode

ROOT = "/dashboard"
SIGN_IN = f"{ROOT}/sign-in"
OPENID = f"{ROOT}/oidc"
ACCOUNT = f"{ROOT}/account"

# The prefix in the paths of routes whose pages belong to an environment.
ENVIRONMENT = f"{ROOT}/env/{{environment}}"


def environment_url(environment: str, *segments: object, **query: object) -> str:
    """Returns the path of a page of an environment; values of the query that are None or empty are left out."""
    path = "/".join([f"{ROOT}/env", *(quote(str(segment), safe="") for segment in (environment, *segments))])
    return with_query(path, **query)


def with_query(path: str, **query: object) -> str:
    given = {name: str(value) for name, value in query.items() if value not in {None, ""}}
    return f"{path}?{urlencode(given)}" if given else path
