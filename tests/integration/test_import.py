"""`dunghan import` on a real Kafka: an export goes in once, whole, and resumes where it was killed."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.connect.importing import PIECE
from deploy.connect.snapshots import transactional_id
from deploy.layout import Layout
from deploy.reading import Log
from streams.engine.connection import Connection
from streams.engine.publisher import NotPublished, Publisher
from streams.topics import INBOX, SNAPSHOTS, Topic
from tests.exports import IGATE, Fact, facts, text, workbook
from tests.imported import shipped

Run = Callable[..., Result]
AS_OF = ("--as-of", "2026-09-30T17:30")
COUNT = 3_000


@pytest.fixture
def run(kafka: str, topics: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", topics.prefix)
    return lambda *arguments: CliRunner().invoke(main, ["import", *map(str, arguments)])


def committed(kafka: str, layout: Layout, topic: Topic) -> list[bytes]:
    """Return what is committed, once all partitions show it: the broker says so of a transaction before they do."""
    with (
        Log(kafka, prefix=layout.prefix) as log,
        Log(kafka, prefix=layout.prefix, also_aborted=True) as everything,
    ):
        for part in range(log.partitions(topic)):
            while log.bounds(topic, part) != everything.bounds(topic, part):
                pass
    return visible(kafka, layout, topic)


def visible(kafka: str, layout: Layout, topic: Topic) -> list[bytes]:
    with Log(kafka, prefix=layout.prefix) as log:
        return [one.value or b"" for part in range(log.partitions(topic)) for one in log.whole(topic, part)]


def test_an_export_goes_in_and_goes_in_again_with_no_new_event(
    kafka: str, topics: Layout, run: Run, tmp_path: Path
) -> None:
    told = facts(COUNT)
    file = workbook(tmp_path / "export.xlsx", IGATE, told)
    shown = json.loads(run(file, "--map", "xlsx-igate", *AS_OF, "--dry-run", "--json").stdout)
    assert (shown["changed"], committed(kafka, topics, INBOX)) == (COUNT, [])
    first = run(file, "--map", "xlsx-igate", *AS_OF, "--json")
    assert first.exit_code == 0, first.output
    events = json.loads(first.stdout)["events"]
    assert (events, events["submitted"]) == (shown["events"], COUNT)
    inbox = committed(kafka, topics, INBOX)
    assert len(inbox) == sum(events.values()) == len({json.loads(one)["id"] for one in inbox})
    again = json.loads(run(file, "--map", "xlsx-igate", *AS_OF, "--json").stdout)
    assert (again["events"], again["unchanged"], len(committed(kafka, topics, INBOX))) == ({}, COUNT, len(inbox))


def test_an_import_that_was_cut_off_goes_on_with_the_ids_it_would_have_had(
    kafka: str, topics: Layout, run: Run, tmp_path: Path
) -> None:
    told = facts(PIECE + 2_000)
    whole = json.loads(run(_csv(tmp_path, told), "--map", "xlsx-igate", *AS_OF, "--dry-run", "--json").stdout)
    # What a killed import leaves behind: its first piece, and nothing of the second.
    first = run(_csv(tmp_path, told[:PIECE]), "--map", "xlsx-igate", *AS_OF, "--partial", "--json")
    assert first.exit_code == 0, first.output
    rest = json.loads(run(_csv(tmp_path, told), "--map", "xlsx-igate", *AS_OF, "--json").stdout)
    assert (rest["unchanged"], rest["changed"]) == (PIECE, 2_000)
    ids = [json.loads(one)["id"] for one in committed(kafka, topics, INBOX)]
    assert len(ids) == len(set(ids)) == sum(whole["events"].values())


def test_an_import_that_is_killed_leaves_whole_pieces_and_the_same_file_finishes_it(
    kafka: str, topics: Layout, run: Run, tmp_path: Path
) -> None:
    told = facts(5 * PIECE)
    file = _csv(tmp_path, told)
    whole = json.loads(run(file, "--map", "xlsx-igate", *AS_OF, "--from-start", "--dry-run", "--json").stdout)
    command = [sys.executable, "-m", "deploy", "import", str(file), "--map", "xlsx-igate", *AS_OF]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while not visible(kafka, topics, SNAPSHOTS) and running.poll() is None:
            pass
        running.send_signal(signal.SIGKILL)
    rest = json.loads(run(file, "--map", "xlsx-igate", *AS_OF, "--json").stdout)
    assert (running.returncode, rest["unchanged"] % PIECE) == (-signal.SIGKILL, 0)
    assert 0 < rest["unchanged"] < len(told)
    ids = [json.loads(one)["id"] for one in committed(kafka, topics, INBOX)]
    assert len(ids) == len(set(ids)) == sum(whole["events"].values())


def test_a_dossier_that_vanished_is_told_is_listed_and_comes_back(
    kafka: str, topics: Layout, run: Run, tmp_path: Path
) -> None:
    told = [one for one in facts(200) if one.state == "Đang xử lý"]
    run(_csv(tmp_path, told), "--map", "xlsx-igate", *AS_OF)
    gone = run(_csv(tmp_path, told[1:]), "--map", "xlsx-igate", "--as-of", "2026-10-02T17:30")
    assert (gone.exit_code, f"dienbien/{told[0].code}  PROCESSING" in gone.stdout) == (3, True)
    assert len(committed(kafka, topics, SNAPSHOTS)) == len(told) + 1
    listed = run("--missing", "--map", "xlsx-igate", "--json")
    assert [one["dossier"] for one in json.loads(listed.stdout)["missing"]] == [f"dienbien/{told[0].code}"]
    events = len(committed(kafka, topics, INBOX))
    back = run(_csv(tmp_path, told), "--map", "xlsx-igate", "--as-of", "2026-10-03T17:30")
    assert (back.exit_code, len(committed(kafka, topics, INBOX))) == (0, events)
    assert len(committed(kafka, topics, SNAPSHOTS)) == len(told) + 2
    assert json.loads(run("--missing", "--map", "xlsx-igate", "--json").stdout) == {"missing": []}


def test_what_cannot_be_read_is_told_line_by_line_and_the_rest_goes_in(run: Run, tmp_path: Path) -> None:
    told = facts(50)
    lines = text(IGATE, told).splitlines()
    lines.insert(10, lines[8].replace(told[3].code, "000.00.00.H18-X").replace("/2026", "/31.02"))
    lines.append(lines[-1])
    (tmp_path / "export.csv").write_text("\n".join(lines), encoding="utf-8")
    found = run("export.csv", "--map", "xlsx-igate", *AS_OF)
    assert found.exit_code == 3
    assert "export.csv:11: Ngày nộp: " in found.stdout
    assert f"export.csv:{len(lines)}: Số hồ sơ: the code stands on line {len(lines) - 1} already" in found.stdout
    assert "50 thay đổi" in found.stdout


def test_two_imports_of_one_source_cannot_go_on_side_by_side(kafka: str, topics: Layout) -> None:
    name = transactional_id(shipped("xlsx-igate"), topics.prefix)
    connection = Connection(kafka, topics.prefix, group="", client_id="dunghan-import")
    with Publisher(connection, name) as older:
        older.commit({(SNAPSHOTS.name, 0): [(b"a", b"1")]})
        with Publisher(connection, name) as newer:
            newer.commit({(SNAPSHOTS.name, 0): [(b"a", b"2")]})
            with pytest.raises(NotPublished, match="another import"):
                older.commit({(SNAPSHOTS.name, 0): [(b"a", b"3")], (INBOX.name, 0): [(b"a", b"3")]})
    assert committed(kafka, topics, SNAPSHOTS) == [b"1", b"2"]
    assert committed(kafka, topics, INBOX) == []


def test_what_is_not_there_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _csv(tmp_path, facts(3))
    assert run(file, "--map", "nobody").exit_code == 2
    assert run(file, "--map", "cloudevents").exit_code == 2
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", "nowhere")
    assert "topics apply" in run(file, "--map", "xlsx-igate").stderr


def _csv(folder: Path, told: list[Fact]) -> Path:
    file = folder / "export.csv"
    file.write_text(text(IGATE, told), encoding="utf-8-sig")
    return file
