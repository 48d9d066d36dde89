"""A real Alertmanager with the committed routes, as Debian's package installs it, mailing to the test's own server."""

import email
import email.policy
import json
import os
import re
import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError

import pytest

from deploy.local.leash import Leashed
from deploy.local.mailbox import LocalMailbox
from deploy.local.ports import free_ports
from tests.integration.dashboards.prometheus import ROOT

FOLDER = ROOT / "deploy" / "alertmanager"
PATIENCE = 60.0
MISSING = "ALERTMANAGER IS NOT INSTALLED, its mails are not tested: apt-get install prometheus-alertmanager"
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 - whether a skip is allowed is no setting of the product
INSTALLED = shutil.which("prometheus-alertmanager") is not None and shutil.which("amtool") is not None

needs_alertmanager = pytest.mark.skipif(not INSTALLED and not IN_CI, reason=MISSING)


class Alertmanager:
    """A running one, with the committed routes; only the mail server's address and the first wait are the test's."""

    def __init__(self, address: str, mailbox: LocalMailbox) -> None:
        self.address = address
        self.mailbox = mailbox

    def fire(self, name: str, severity: str = "warning", **labels: str) -> None:
        """Report an alert, as Prometheus does again and again while it lasts."""
        annotations = {
            "summary": f"{name} {labels}",
            "description": "why",
            "runbook": f"docs/runbook.md#{name.lower()}",
        }
        alert = {"labels": {"alertname": name, "severity": severity, **labels}, "annotations": annotations}
        request = urllib.request.Request(  # noqa: S310 - ours
            f"{self.address}/api/v2/alerts", json.dumps([alert]).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
            assert answer.status == 200

    def mails(self) -> list[EmailMessage]:
        """Return the mails that have arrived, in order."""
        files = sorted(self.mailbox.folder.glob("*.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def awaited(self, subject: str) -> EmailMessage:
        """Return the first mail whose subject holds the text, once it is there."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            for mail in self.mails():
                if subject in mail["Subject"]:
                    return mail
            sleep(0.2)
        raise AssertionError(f"no mail about {subject} in {PATIENCE:g} s: {[mail['Subject'] for mail in self.mails()]}")


@contextmanager
def running(folder: Path, mailbox: LocalMailbox) -> Iterator[Alertmanager]:
    shutil.copytree(FOLDER, folder / "config")
    config = folder / "config" / "alertmanager.yml"
    changes = {
        r"smtp_smarthost: .*": f"smtp_smarthost: '127.0.0.1:{mailbox.port}'",
        r"smtp_require_tls: true": "smtp_require_tls: false",
        r"group_wait: .*": "group_wait: 3s",
    }
    config.write_text(changed(config.read_text(), changes))
    port = free_ports(1)[0]
    command = ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={folder / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    process = Leashed(command, log=folder / "alertmanager.log")
    try:
        address = f"http://127.0.0.1:{port}"
        ready(address, process, folder)
        yield Alertmanager(address, mailbox)
    finally:
        process.stop()


def changed(text: str, changes: Mapping[str, str]) -> str:
    for pattern, with_this in changes.items():
        text, found = re.subn(pattern, with_this, text)
        assert found, pattern
    return text


def ready(address: str, process: Leashed, folder: Path) -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until and process.returncode is None:
        try:
            with urllib.request.urlopen(f"{address}/-/ready", timeout=5):  # noqa: S310 - ours
                return
        except (URLError, OSError):
            sleep(0.2)
    raise AssertionError((folder / "alertmanager.log").read_text(errors="replace")[-2000:])
