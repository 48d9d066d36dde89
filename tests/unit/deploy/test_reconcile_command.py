"""`dunghan reconcile`: two exports of the same dossiers, compared; and what the stream finds when both are imported."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.rulebook import load_rulebook
from streams.core.audit import findings_at
from streams.core.dossier import Dossier, after, new
from streams.core.findings import Rule
from streams.core.rulebook import Rulebook
from streams.wire import cloudevents
from tests.exports import EXPORTED, IGATE, IHCC, Fact, facts, text, workbook
from tests.imported import Office, shipped
from tests.sources import at

Run = Callable[..., Result]
AS_OF = at(f"{EXPORTED:%Y-%m-%d %H:%M}")
AT = ("--as-of", f"{EXPORTED:%Y-%m-%dT%H:%M}")
BOTH = ("--local", "local.csv", "--national", "national.csv", *AT)
DAY = 86_400
TOLD = facts(40)
SETTLED = next(one for one in TOLD if one.done and one.due and one.done < one.due < EXPORTED - timedelta(days=9))
"""In time at home; the national list that is never told of it shows it overdue."""
UNSENT = next(one for one in TOLD if one.state == "Đang xử lý" and one.submitted < EXPORTED - timedelta(days=9))
LAGGING = next(one for one in TOLD if one.done and one.done > one.due and one is not SETTLED)  # type: ignore[operator]  # what is done has a due


def as_synchronised() -> list[Fact]:
    """Return what the national list has: one dossier never came, one not its closing, one a week late."""
    changed = {
        SETTLED.code: SETTLED._replace(done=None, returned=None, state="Đang xử lý"),
        LAGGING.code: LAGGING._replace(done=_plus(LAGGING.done), returned=None, state="Đã xử lý xong"),
    }
    return [changed.get(one.code, one) for one in TOLD if one is not UNSENT]


def _plus(done: Any) -> Any:
    return min(done + timedelta(days=5), EXPORTED)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("local.csv").write_text(text(IHCC, TOLD), encoding="utf-8")
    Path("national.csv").write_text(text(IGATE, as_synchronised()), encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(main, ["reconcile", *arguments])


def test_each_difference_names_its_dossier_and_what_both_lists_say(run: Run) -> None:
    done = run(*BOTH, "--json")
    assert done.exit_code == 3, done.output
    found = json.loads(done.stdout)
    told = {(one["difference"], one["code"]) for one in found["differences"]}
    assert {
        ("never_synchronised", UNSENT.code),
        ("state", SETTLED.code),
        ("overdue_by_sync", SETTLED.code),
        ("keyed_late", LAGGING.code),
    } <= told
    assert {code for _, code in told} == {UNSENT.code, SETTLED.code, LAGGING.code}
    overdue = next(one for one in found["differences"] if one["difference"] == "overdue_by_sync")
    assert overdue["unit"] == SETTLED.unit
    assert overdue["since"] == f"{SETTLED.due:%Y-%m-%dT%H:%M}:00+07:00"


def test_counts_stand_by_unit_and_sum_to_the_whole(run: Run) -> None:
    found = json.loads(run(*BOTH, "--json").stdout)
    counts, units = found["counts"], found["units"]
    assert (counts["local"], counts["national"], counts["both"], counts["never_synchronised"]) == (40, 39, 39, 1)
    assert units[UNSENT.unit]["never_synchronised"] == 1
    assert {name: sum(unit[name] for unit in units.values()) for name in counts} == counts
    assert (found["local"]["source"], found["national"]["source"]) == ("xlsx-ihcc", "xlsx-igate")


def test_without_a_map_the_mapping_that_fits_the_headings_is_taken_also_of_a_workbook(run: Run) -> None:
    workbook(Path("national.xlsx"), IGATE, as_synchronised())
    one = json.loads(run(*BOTH, "--json").stdout)
    same = json.loads(run("--local", "local.csv", "--national", "national.xlsx", *AT, "--json").stdout)
    named = json.loads(run(*BOTH, "--map", "xlsx-ihcc", "--map", "xlsx-igate", "--json").stdout)
    assert one["differences"] == same["differences"] == named["differences"]


def test_a_list_against_itself_agrees_and_ends_with_0(run: Run) -> None:
    done = run("--local", "local.csv", "--national", "local.csv", *AT)
    assert done.exit_code == 0, done.output
    assert "Hai danh sách khớp nhau." in done.stdout


@pytest.mark.parametrize(
    ("lang", "said"),
    [("vi", "chỉ vì đồng bộ: địa phương đúng hạn"), ("en", "for synchronisation alone: in time locally")],
)
def test_the_table_can_be_read_in_both_languages(run: Run, lang: str, said: str) -> None:
    done = run(*BOTH, "--lang", lang, "--most", "1")
    assert f"        1  (11) … {said}" in done.stdout
    assert SETTLED.code in done.stdout
    assert "Lò Thị Mai" not in done.stdout


def test_more_dossiers_than_are_asked_for_are_counted(run: Run) -> None:
    Path("national.csv").write_text(text(IGATE, TOLD[:30]), encoding="utf-8")
    assert "… và 9 hồ sơ nữa (xem --json)" in run(*BOTH, "--most", "1").stdout
    assert TOLD[31].code not in run(*BOTH, "--most", "0").stdout


def test_a_row_that_cannot_be_read_is_told_with_its_line_and_ends_with_3(run: Run) -> None:
    rows = text(IHCC, TOLD).splitlines()
    Path("local.csv").write_text("\n".join([*rows, rows[-1], rows[-2].replace("/2026", "/1026")]), encoding="utf-8")
    done = run("--local", "local.csv", "--national", "local.csv", *AT)
    assert done.exit_code == 3
    assert "local.csv:44: Mã biên nhận: the code stands on line 43 already" in done.stderr
    assert "local.csv: 2 dòng không đọc được" in done.stdout


def test_words_that_nobody_mapped_and_two_home_systems_are_told(run: Run) -> None:
    shown = (Path(__file__).parents[3] / "deploy/reference/sources/xlsx-igate.toml").read_text("utf-8")
    Path("other.toml").write_text(shown.replace('home = "dienbien"', 'home = "quocgia"'), "utf-8")
    told = [TOLD[0]._replace(state="Đang nghỉ"), *TOLD[1:]]
    Path("national.csv").write_text(text(IGATE, told), encoding="utf-8")
    done = run(*BOTH, "--map", "xlsx-ihcc", "--map", "other.toml", "--lang", "en")
    assert "national.csv: state 'Đang nghỉ' is not mapped" in done.stdout
    assert "name two home systems (dienbien, quocgia)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--local", "local.csv"), 2, "--national"),
        ((*BOTH, "--map", "a", "--map", "b", "--map", "c"), 2, "twice"),
        ((*BOTH, "--map", "debezium-outbox"), 2, "no mapping of a list"),
        ((*BOTH[:4], "--as-of", "soon"), 2, "not a time"),
        ((*BOTH, "--map", "xlsx-igate"), 3, "local.csv: no row of the first"),
        (("--local", "local.csv", "--national", "empty.csv"), 3, "is empty"),
        (("--local", "local.csv", "--national", "other.csv"), 3, "no mapping fits"),
    ],
    ids=["one list", "three maps", "no table", "no time", "another's headings", "empty", "nobody's headings"],
)
def test_what_cannot_be_compared_is_said(run: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    Path("empty.csv").write_text("")
    Path("other.csv").write_text("a,b\n1,2\n")
    done = run(*arguments)
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_an_import_of_both_lists_raises_r11_and_r12_in_the_stream(run: Run) -> None:
    found = _found(Path("local.csv"), Path("national.csv"))
    assert {(Rule.VOICES_DIFFER, LAGGING.code), (Rule.VOICES_DIFFER, SETTLED.code)} <= found
    assert {code for rule, code in found if rule is Rule.NEVER_SYNCHRONISED} == {UNSENT.code}


def test_an_import_of_two_lists_that_agree_raises_neither_however_many_days_lie_between(run: Run) -> None:
    waiting = UNSENT._replace(state="Yêu cầu thực hiện nghĩa vụ tài chính")
    told = [waiting if one is UNSENT else one for one in TOLD]
    Path("local.csv").write_text(text(IHCC, told), encoding="utf-8")
    Path("national.csv").write_text(text(IGATE, told), encoding="utf-8")
    assert _found(Path("local.csv"), Path("national.csv"), days=3) == set()


def _found(local: Path, national: Path, *, days: int = 0) -> set[tuple[Rule, str]]:
    """Return rule and code of R11 and R12 after an import of both lists, the national one so many days later."""
    ours, theirs = Office(shipped("xlsx-ihcc")), shipped("xlsx-igate")
    other = Office(msgspec.structs.replace(theirs, reports_as="vn/national"))
    as_of = AS_OF + days * DAY
    assert ours.take(local, as_of=AS_OF).sound
    assert other.take(national, as_of=as_of).sound
    return {
        (one.rule, code)
        for code, dossier in _folded(ours, other).items()
        for one in findings_at(dossier, now=as_of + 2 * DAY, rules=_asking_of("vn/national"))
        if one.rule in (Rule.VOICES_DIFFER, Rule.NEVER_SYNCHRONISED)
    }


def _folded(*offices: Office) -> dict[str, Dossier]:
    found: dict[str, Dossier] = {}
    for sending in (one for office in offices for one in office.sent):
        event = cloudevents.event_of(cloudevents.received(msgspec.json.encode(sending)), AS_OF)
        code = sending.subject.partition("/")[2]
        found[code] = after(found.get(code, new("dienbien")), event)
    return found


def _asking_of(source: str) -> Rulebook:
    rules = load_rulebook()
    limits = msgspec.structs.replace(rules.policy.findings, national_sources=(source,))
    return Rulebook("t", msgspec.structs.replace(rules.policy, findings=limits), rules.calendar_for(None))
