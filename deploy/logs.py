"""How the processes log: one line an event, in JSON or for the eye; never personal data, which the core never holds."""

import logging
import sys

import structlog

from deploy.sections import Logs


def set_up(how: Logs) -> None:
    """Send every log line to standard error, in the form and from the level on that are asked for (docs/logs.md).

    Libraries speak from WARNING on, whatever our own level.
    """
    as_json = not sys.stderr.isatty() if how.form == "auto" else how.form == "json"
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, last],
        wrapper_class=structlog.make_filtering_bound_logger(how.level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    libraries = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.processors.format_exc_info], processor=last
    )
    handler.setFormatter(libraries)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
