"""What fails in a library says in the log where, and nothing of what was being worked on."""

import subprocess
import sys

import pytest

# A process of its own: how one logs is set once, and for all of it.
FAILS = """
import logging
from deploy import logs

logs.set_up(as_json={as_json})

def worked_on(name):
    return 1 / (len(name) - 6)

try:
    worked_on("".join(reversed("nêyugN")))
except ZeroDivisionError as error:
    logging.getLogger("library").error("failed", exc_info=error)
"""


@pytest.mark.parametrize("as_json", [True, False])
def test_an_error_in_a_library_is_logged_with_its_way_and_without_its_values(*, as_json: bool) -> None:
    command = [sys.executable, "-W", "error", "-c", FAILS.format(as_json=as_json)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "ZeroDivisionError: division by zero" in told
    assert "in worked_on" in told
    assert "Nguyên" not in told
    assert "Nguy\\u00ean" not in told
