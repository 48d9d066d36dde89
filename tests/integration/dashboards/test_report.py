"""`dunghan report` on a real Kafka: figures, a moment of the past, freezing, and what comes after it."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from dashboards.scoreboard import read_board
from deploy.acts import read_acts
from deploy.cli import main
from deploy.demo.histories import AS_OF, messages, ticks
from deploy.demo.history import Message
from deploy.demo.play import play
from deploy.reading import Log
from deploy.rulebook import load_rulebook
from streams.core.moments import Moment, datetime_of
from streams.wire.acts import ReportFrozen, ReportRestated
from tests.integration.dashboards.pipeline import PARTITIONS, PERIOD, Pipeline, pipeline

LATER: Moment = AS_OF + 3 * 86_400
FIGURES = {"closed_late": 431, "open_overdue": 32, "stopped": 1, "unclassified": 10}


@dataclass
class Office:
    """The running pipeline, and the command as a clerk calls it."""

    running: Pipeline
    folder: Path

    def report(self, *arguments: str) -> Result:
        command = ["report", "--period", PERIOD, "--out", str(self.folder / "reports"), *arguments]
        return CliRunner(env=self.running.environment).invoke(main, command)

    def json(self, *arguments: str) -> dict[str, Any]:
        done = self.report("--json", *arguments)
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    def send(self, sent: list[Message], *, until: Moment) -> None:
        moments = [*ticks()] if until == AS_OF else [until]
        where = (self.running.bootstrap, self.running.prefix)
        play(*where, messages=sent, ticks=moments, partitions=PARTITIONS, told=lambda _: None)
        limit = monotonic() + 90
        while True:
            board, complete = read_board(*where)
            if complete and min(board.counted.values()) >= until:
                return
            self.running.check()
            assert monotonic() < limit, f"the board has come to {board.counted} only"
            sleep(0.3)


@pytest.fixture(scope="module")
def office(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("report")
    with pipeline(folder, kafka, folder.name, "worker-1") as running:
        it = Office(running, folder)
        (folder / "procedures.csv").write_text("id,name\n1.001008,Hộ kinh doanh\n1.009009,Thủ tục không ai cần\n")
        it.send(
            [each for each in messages(load_rulebook(None).calendar_for(None)) if b"muongnhe" in each.key], until=AS_OF
        )
        yield it


def late_closing() -> list[Message]:
    """Give the word, three days later, that an overdue dossier was settled in time after all."""
    sent = messages(load_rulebook(None).calendar_for(None))
    last = {each.key: each for each in sent if b"muongnhe" in each.key}
    key = next(key for key, each in sorted(last.items()) if b".accepted." in each.value and b"due_at" in each.value)
    accepted = json.loads(last[key].value)
    done = accepted | {
        "id": "late-word",
        "type": "vn.dunghan.dossier.done.v1",
        "arrivedtime": datetime_of(LATER - 3600).isoformat(),
        "data": {"result": True},
    }
    return [Message(LATER - 3600, key, msgspec.json.encode(done))]


def test_the_report_shows_the_articles_figures_and_writes_every_form(office: Office) -> None:
    report = office.json()
    assert report["total"]["received"] == 544
    assert {label: report["total"]["labels"][label] for label in FIGURES} == FIGURES
    assert report["total"]["rates"]["board766"] == {"part": 70, "whole": 544, "left_out": 10}
    assert report["complete"] is True
    assert [level["level"] for level in report["levels"]] == [3, 4]
    assert "UBND huyện Tủa Chùa" in report["units_without"]
    assert "UBND huyện Tủa Chùa" in report["units_never"]
    assert "UBND tỉnh Điện Biên" not in report["units_never"], "it only stands over others"
    written = office.report()
    assert written.exit_code == 0, written.output
    files = {Path(line) for line in written.stdout.splitlines() if line.startswith(str(office.folder))}
    assert {file.suffix for file in files} == {".json", ".html", ".xlsx"}
    assert len(files) == 5


def test_the_page_needs_nothing_beside_it(office: Office) -> None:
    office.report()
    for language, word in (("vi", "Không rõ"), ("en", "Unaccounted")):
        [page] = (office.folder / "reports").glob(f"*.{language}.html")
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"(?:src|href)=|url\(|<script|https?://", text)
        assert text.count("<svg") >= 4
        assert word in text
        assert text.index('class="card hole"') < text.index('class="p"'), "the hole comes before the ranking"


def test_the_workbook_holds_the_same_counts(office: Office) -> None:
    office.report()
    [file] = (office.folder / "reports").glob("*.en.xlsx")
    with zipfile.ZipFile(file) as book:
        ranking = book.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>IF(D2&gt;0,C2/D2," in ranking
    assert "<v>81</v>" in ranking
    assert "<v>544</v>" in ranking


def test_a_recount_from_the_events_says_what_the_workers_say(office: Office) -> None:
    now, then = office.json(), office.json("--as-of", datetime_of(AS_OF).isoformat())
    assert then["source"] == "events"
    for part in ("total", "units", "ranking", "months", "levels"):
        assert then[part] == now[part]


def test_procedures_that_nobody_used_are_known_once_the_events_are_read(office: Office) -> None:
    assert office.json()["procedures_without"] is None
    assert office.json("--as-of", datetime_of(AS_OF).isoformat())["procedures_without"] == [
        "Thủ tục không ai cần (1.009009)"
    ]
    office.report("--as-of", datetime_of(AS_OF).isoformat())
    [page] = (office.folder / "reports").glob("*.vi.html")
    assert "Thủ tục không ai cần (1.009009)" in page.read_text(encoding="utf-8")


def test_the_rules_of_a_recount_are_those_of_the_folder_now_and_are_named(office: Office) -> None:
    then = ("--as-of", "2020-05-29T17:00")
    before = office.json(*then)
    assert before["rules"] == load_rulebook(None).version
    policy = office.folder / "policy.toml"
    policy.write_text('version = "policy-of-july"\ndue_soon_working_days = 15\n')
    try:
        after = office.json(*then)
    finally:
        policy.unlink()
    assert after["rules"].startswith("policy-of-july+")
    assert after["total"]["received"] == before["total"]["received"]
    assert after["total"]["labels"]["open_due_soon"] > before["total"]["labels"]["open_due_soon"]
    assert after["total"]["labels"]["open_overdue"] == before["total"]["labels"]["open_overdue"]


def test_as_of_an_earlier_day_only_what_had_arrived_is_known(office: Office) -> None:
    early = office.json("--as-of", "2020-03-31T17:00")
    later = office.json("--as-of", "2020-05-29T17:00")
    assert 0 < early["total"]["received"] < later["total"]["received"] < 544
    assert early["total"]["received"] == sum(early["total"]["labels"].values())
    assert early == office.json("--as-of", "2020-03-31T17:00")


def test_a_dry_run_freezes_nothing_and_a_freeze_needs_a_reason(office: Office) -> None:
    assert office.report("--freeze", "--why", "kỳ I", "--dry-run").exit_code == 0
    assert office.report("--freeze").exit_code == 2
    with Log(office.running.bootstrap, prefix=office.running.prefix) as log:
        assert read_acts(log)[0] == ()


def test_a_frozen_period_stands_and_what_comes_late_stands_beside_it(office: Office) -> None:
    assert office.report("--freeze", "--why", "kỳ I", "--who", "chanh-van-phong").exit_code == 0
    frozen = office.report("--json").stdout
    office.send(late_closing(), until=LATER)
    assert office.report("--json").stdout == frozen, "the frozen report never changes"
    shown = office.report()
    assert "figures changed since" in shown.stderr
    [page] = (office.folder / "reports").glob("*.en.html")
    assert "What came after it was frozen" in page.read_text(encoding="utf-8")
    assert office.report("--freeze", "--why", "đến muộn").exit_code == 0
    assert office.report("--freeze", "--why", "again, and nothing new").exit_code == 0
    with Log(office.running.bootstrap, prefix=office.running.prefix) as log:
        acts, _ = read_acts(log)
    first, second = acts
    assert isinstance(first, ReportFrozen)
    assert (first.who, first.why, first.report) == ("chanh-van-phong", "kỳ I", frozen.rstrip("\n"))
    assert first.sha256 == hashlib.sha256(first.report.encode()).hexdigest()
    assert isinstance(second, ReportRestated)
    assert second.frozen == first.sha256
    changes = {
        (each["unit"], each["figure"]): (each["frozen"], each["now"])
        for each in json.loads(second.restatement)["changes"]
    }
    assert changes["muongnhe", "open_overdue"] == (32, 31)


def test_what_was_known_then_is_still_known_after_the_late_word(office: Office) -> None:
    then = office.json("--as-of", datetime_of(AS_OF).isoformat())
    assert then["total"]["labels"]["open_overdue"] == 32
