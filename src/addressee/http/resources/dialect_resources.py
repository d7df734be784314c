"""The resources of the dialects: each operation is a responder, which makes a Call of its request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial

from addressee.api.answers import Answer, answer_of
from addressee.api.call import Call
from addressee.api.call import Request as Unauthenticated
from addressee.api.dialect import Dialect
from addressee.api.operation import Operation
from addressee.api.requests.idempotency import idempotency_key
from addressee.api.services import Services
from addressee.directory.writing.receipts import ReceiptMismatchError, RepeatedError
from addressee.http.application import Application, Owner, Resource, Responder
from addressee.http.bodies import Body
from addressee.http.paths import decode_path
from addressee.http.request import Request


def add_dialect(app: Application, dialect: Dialect, services: Services) -> None:
    """Adds the operations of a dialect, each under all paths that it has."""
    owner = Owner(dialect.name, dialect.error)
    responders: dict[str, dict[str, Responder]] = defaultdict(dict)
    for operation in dialect.operations:
        responders[operation.path][operation.method] = partial(answer_to, dialect, operation, services)
    for path, by_method in responders.items():
        for alias in dialect.path_aliases(path):
            app.add(alias, Resource(owner, by_method))
    for path, handler in dialect.sockets.items():
        app.add_socket(path, handler(services))
    for prefix in dialect.prefixes:
        app.add_prefix(prefix, owner)


async def answer_to(
    dialect: Dialect,
    operation: Operation,
    services: Services,
    request: Request,
    path: Mapping[str, str],
) -> Answer:
    request.label = operation.name
    request.authenticated = False
    headers = request.headers
    decoded = decode_path(dialect.rewrite_path(path, headers))
    body = Body(request, operation.max_body_bytes)
    credential, caller = await dialect.authenticate(
        Unauthenticated(services, operation, decoded, request.target, request.query_string, headers, body.read)
    )
    request.authenticated = True
    key = idempotency_key(operation, headers)
    call = Call(
        operation,
        services,
        credential,
        caller,
        decoded,
        request.query_string,
        headers,
        await body.read(),
        request.info,
        key,
    )
    try:
        return await carry_out(call)
    except RepeatedError as repeated:
        return dialect.replay(repeated.earlier)


async def carry_out(call: Call) -> Answer:
    """Runs a call. Raises RepeatedError or ReceiptMismatchError when its key was used before, or meanwhile.

    The handler may fail because of what the same call did meanwhile: a repetition, too.
    """
    if call.idempotency_key is not None:
        await refuse_repetition(call, call.idempotency_key)
    try:
        return answer_of(await call.operation.handler(call), call.operation.status)
    except (RepeatedError, ReceiptMismatchError):
        raise
    except Exception:
        if call.idempotency_key is not None:
            await refuse_repetition(call, call.idempotency_key)
        raise


async def refuse_repetition(call: Call, key: str) -> None:
    await call.services.directory.refuse_repetition(call.environment.id, key, call.fingerprint)
