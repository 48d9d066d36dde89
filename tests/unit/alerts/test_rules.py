"""Who is told, and when, by the documents that count at a moment."""

import msgspec
import pytest
from structlog.testing import capture_logs

from alerts.core.outbox import Recall, Tell
from alerts.core.people import Directory
from alerts.route import address
from alerts.rules import Rules, Ruling, mail_policy, rules_of
from deploy.rulebook import files_in
from streams.core.moments import Moment, day_of
from streams.core.stages import Addressee
from streams.wire.reference import BadReference
from tests.unit.alerts.published import FILES, OFFICERS, UNITS, documents
from tests.unit.alerts.samples import at, notice, recall

FIRST = rules_of(FILES)
MONDAY = at("2020-07-13 00:00")


def publish(ruling: Ruling, files: dict[str, str], *, counts_from: Moment) -> None:
    for document in documents(files, counts_from=counts_from):
        ruling.learn(max(ruling.position, 0), msgspec.json.encode(document))


def test_before_anything_is_published_the_folder_counts() -> None:
    ruling = Ruling(FIRST)
    assert ruling.at(MONDAY) is FIRST
    assert ruling.until(MONDAY) == [FIRST]


def test_people_and_times_count_from_their_moment_and_the_version_says_so() -> None:
    ruling = Ruling(FIRST)
    nine = FILES["policy.toml"].replace('digest_hours = ["08:00"]', 'digest_hours = ["09:00"]')
    assert nine != FILES["policy.toml"]
    moved = {"policy.toml": nine.replace('"policy-2"', '"policy-3"')}
    publish(ruling, FILES | moved | {"officers.csv": OFFICERS.replace("anh@", "anh.moi@")}, counts_from=MONDAY)
    before, after = ruling.at(MONDAY - 1), ruling.at(MONDAY)
    assert before is FIRST
    assert after.directory.officers["anh"].address == "anh.moi@x.vn"
    assert after.policy.digest_clocks == (9 * 3600,)
    assert after.version.startswith("policy-3+")
    assert before.version.rpartition("+people.")[2] != after.version.rpartition("+people.")[2]


def test_where_nobody_published_who_is_who_the_folders_people_still_count() -> None:
    ruling = Ruling(FIRST)
    publish(ruling, files_in(None), counts_from=MONDAY)
    assert ruling.at(MONDAY).directory == FIRST.directory


def test_people_that_cannot_be_read_are_left_out_and_named() -> None:
    ruling = Ruling(FIRST)
    publish(ruling, FILES, counts_from=MONDAY)
    with capture_logs() as logs:
        publish(ruling, {"officers.csv": OFFICERS.replace("anh@x.vn", "nobody")}, counts_from=MONDAY + 1)
    assert ruling.at(MONDAY + 1).directory == FIRST.directory
    assert any("no e-mail address" in str(line["reason"]) for line in logs)


def test_a_withdrawal_finds_whoever_was_told_though_the_rules_changed_since() -> None:
    ruling = Ruling(FIRST)
    publish(ruling, FILES | {"units.csv": UNITS.replace("binh", "anh")}, counts_from=MONDAY)
    told = msgspec.structs.replace(notice(unit="xa", officer=None, decided="2020-07-10 15:00"), to=Addressee.HEAD)
    [tell] = address(told, ruling)
    assert isinstance(tell, Tell)
    assert (tell.recipient, tell.rules) == ("binh", FIRST.version)
    withdrawal = recall(told, decided="2020-07-13 15:00").withdrawal
    recalled = address(msgspec.structs.replace(withdrawal, to=Addressee.HEAD), ruling)
    assert {each.recipient for each in recalled if isinstance(each, Recall)} == {"anh", "binh"}


def test_a_unit_whose_hours_are_its_own_is_told_on_its_own_days() -> None:
    saturdays = '\n[[hours]]\nunit_group = "six_days"\nweekdays = ["sat"]\nsessions = [["07:30", "11:30"]]\n'
    plain = 'version = "own"\nconfirmed = false\n'
    units = "id,name,head,parent,address,unit_group\nxa,UBND xã,,,,six_days\ntinh,UBND tỉnh,,,,\n"
    nobody = "id,name,unit,address\n"
    rules = rules_of(FILES | {"calendar/own.toml": plain + saturdays, "units.csv": units, "officers.csv": nobody})
    saturday = day_of(at("2020-07-11 09:00"))
    assert rules.policy.is_working(saturday, "xa")
    assert not rules.policy.is_working(saturday, "tinh")


@pytest.mark.parametrize(
    ("hours", "quiet_from", "fault"),
    [
        pytest.param('["06:30", "08:00"]', "17:30", "06:30 is in the quiet hours", id="before the office opens"),
        pytest.param('["08:00"]', "00:00", "08:00 is in the quiet hours", id="quiet all day"),
        pytest.param("[]", "17:30", "nobody would ever be told", id="at no hour"),
    ],
)
def test_a_policy_by_which_nobody_would_be_told_is_refused(hours: str, quiet_from: str, fault: str) -> None:
    policy = FILES["policy.toml"].replace('digest_hours = ["08:00"]', f"digest_hours = {hours}")
    files = FILES | {"policy.toml": policy.replace('quiet_from = "17:30"', f'quiet_from = "{quiet_from}"')}
    with pytest.raises(BadReference, match=fault):
        mail_policy(files, Directory())
    ruling = Ruling(FIRST)
    publish(ruling, files, counts_from=MONDAY)
    assert ruling.at(MONDAY) is FIRST


def test_the_policy_of_the_mails_needs_nobody_to_be_known() -> None:
    assert mail_policy(FILES, Directory()) == FIRST.policy
    assert isinstance(FIRST, Rules)
