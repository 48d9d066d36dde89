"""The one place where time is read; everybody else is handed a moment, or a clock to ask."""

import time

from streams.core.moments import Moment


def now() -> Moment:
    """Return the present moment, whole seconds since 1970-01-01T00:00:00Z."""
    return int(time.time())
