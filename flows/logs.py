"""Structured log lines on standard error.

One JSON object each, without personal data (no customer ids, no payloads).
"""

import logging
import sys
from typing import Any

import orjson
import structlog

from flows.settings import Settings


def log_to_stderr(settings: Settings, part: str) -> structlog.stdlib.BoundLogger:
    """Set up logging for this process and return its logger. part: decide, publish, …"""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(settings.log_level.upper())
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logger: structlog.stdlib.BoundLogger = structlog.get_logger().bind(part=part)
    return logger


def _json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()
