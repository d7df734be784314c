"""Logs: one JSON object a line on standard output. They hold ids and counts, never a key, an address or a body."""

from __future__ import annotations

import logging

import msgspec
import structlog


def configure() -> None:
    """Sets up logging for this process. Libraries' own records go out in the same form, from warnings on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda event, **_: msgspec.json.encode(event, enc_hook=str)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[Handover()], force=True)


class Handover(logging.Handler):
    """Passes a library's record on, without its arguments or traceback: they may hold a caller's data."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger().log(record.levelno, "library", logger=record.name, text=str(record.msg), error=error)
