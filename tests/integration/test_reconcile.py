"""Two lists as large as a province's half-year are compared while the clerk waits."""

import json
import os
from pathlib import Path

from click.testing import CliRunner

from deploy.cli import main
from tests.exports import IGATE, IHCC, facts, text


def test_forty_thousand_rows_in_each_list_are_compared_within_a_minute_of_this_machines_time(tmp_path: Path) -> None:
    told = facts(40_000)
    (tmp_path / "local.csv").write_text(text(IHCC, told), encoding="utf-8")
    (tmp_path / "national.csv").write_text(text(IGATE, told[1_000:]), encoding="utf-8")
    begun = os.times()
    done = CliRunner().invoke(
        main,
        [
            *("reconcile", "--local", str(tmp_path / "local.csv"), "--national", str(tmp_path / "national.csv")),
            *("--as-of", "2026-12-31T17:00", "--json"),
        ],
    )
    spent = os.times()
    assert done.exit_code == 3, done.output
    assert json.loads(done.stdout)["counts"]["never_synchronised"] == 1_000
    assert spent.user + spent.system - begun.user - begun.system < 60
