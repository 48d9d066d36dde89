"""Silence, the whole way: events, worker, scoreboard, Prometheus, Alertmanager, a mail to the administrator."""

import re
from pathlib import Path

import pytest

from deploy.demo.histories import messages
from deploy.demo.play import play
from deploy.local.mailbox import LocalMailbox
from deploy.rulebook import load_rulebook
from tests.integration.dashboards.alertmanager import Alertmanager, needs_alertmanager, running
from tests.integration.dashboards.pipeline import PARTITIONS, pipeline
from tests.integration.dashboards.prometheus import RULES, installed, prometheus
from tests.integration.dashboards.test_boards import IN_CI, MISSING

pytestmark = [needs_alertmanager, pytest.mark.skipif(not installed() and not IN_CI, reason=MISSING)]


def at_once(folder: Path) -> Path:
    """Write the committed rules without their waits, which a test has no hour for."""
    folder.mkdir()
    for file in RULES.glob("*.yml"):
        (folder / file.name).write_text(re.sub(r"^( +for): .*", r"\1: 0s", file.read_text(), flags=re.MULTILINE))
    return folder


def told(alertmanager: Alertmanager, alert: str) -> str:
    body = alertmanager.awaited(alert).get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def test_a_source_that_fell_silent_and_a_unit_that_never_spoke_are_mailed_by_name(
    kafka: str, tmp_path: Path, mailbox: LocalMailbox
) -> None:
    sent = [each for each in messages(load_rulebook(None).calendar_for(None)) if b"muongnhe" in each.key][:50]
    with (
        running(tmp_path / "alertmanager", mailbox) as alertmanager,
        pipeline(tmp_path / "pipeline", kafka, f"silence-{tmp_path.name}", "worker-1", "scoreboard") as pipe,
    ):
        targets = {"dunghan-worker": [pipe.address("worker-1")], "dunghan-scoreboard": [pipe.address("scoreboard")]}
        rules, to = at_once(tmp_path / "rules"), alertmanager.address.removeprefix("http://")
        with prometheus(tmp_path / "prometheus", targets, rules=rules, alertmanager=to) as server:
            play(kafka, pipe.prefix, messages=sent, ticks=[], partitions=PARTITIONS, told=lambda _: None)
            server.awaited('time() > source:dunghan_source_expected_timestamp_seconds:max{source=~".*muongnhe.*"}')
            assert "dienbien.muongnhe/motcua" in told(alertmanager, "DunghanSourceSilent")
            never = told(alertmanager, "DunghanNeverHeard")
            assert "dienbien.tuachua/motcua" in never
            assert re.search(r"^- tuachua ", never, re.MULTILINE)
            assert not re.search(r"^- dienbien ", never, re.MULTILINE), "the province only stands over others"
        pipe.check()
