"""The administrator's mails, by a real Alertmanager to a real mail server: silence is told once, not every minute."""

import re
import subprocess
from pathlib import Path

from deploy.local.mailbox import LocalMailbox
from tests.integration.dashboards.alertmanager import FOLDER, needs_alertmanager, running
from tests.integration.dashboards.prometheus import RULES


@needs_alertmanager
def test_alertmanager_takes_the_settings() -> None:
    done = subprocess.run(
        ["amtool", "check-config", FOLDER / "alertmanager.yml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_alertmanager
def test_two_silent_sources_are_one_mail_to_the_administrator_however_often_they_are_reported(
    tmp_path: Path, mailbox: LocalMailbox
) -> None:
    with running(tmp_path, mailbox) as alertmanager:
        for _ in range(5):
            alertmanager.fire("DunghanSourceSilent", source="x/motcua")
            alertmanager.fire("DunghanSourceSilent", source="y/motcua")
            alertmanager.fire("DunghanWatchdog", severity="none")
        mail = alertmanager.awaited("DunghanSourceSilent")
        assert mail["To"] == "quantri@dienbien.example"
        assert mail["Subject"] == "[Đúng hạn] 2 DunghanSourceSilent"
        plain = mail.get_body(("plain",))
        assert plain is not None
        body = plain.get_content()
        assert all(told in body for told in ("x/motcua", "y/motcua", "Cần xem", "To be looked at"))
        assert "docs/runbook.md#dunghansourcesilent" in body
        for _ in range(5):
            alertmanager.fire("DunghanSourceSilent", source="x/motcua")
        # What is reported after it has arrived: had there been a second mail of the first, it would lie before it.
        alertmanager.fire("DunghanTargetDown", severity="critical", job="dunghan-worker")
        alertmanager.awaited("DunghanTargetDown")
        assert [mail["Subject"] for mail in alertmanager.mails()] == [
            "[Đúng hạn] 2 DunghanSourceSilent",
            "[Đúng hạn] 1 DunghanTargetDown",
        ]


def test_every_alert_that_the_routes_name_is_a_rule() -> None:
    rules = set(re.findall(r"alert: (\w+)", "\n".join(file.read_text() for file in RULES.glob("*.yml"))))
    routed = set(re.findall(r"Dunghan\w+", (FOLDER / "alertmanager.yml").read_text()))
    assert routed
    assert routed <= rules
