"""A second person's consent on a real Kafka: proposed, signed and done by the commands; refused where it must be."""

import json
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from deploy import clock
from deploy.acts import read_acts, record_act
from deploy.cli import main
from deploy.consenting.desk import Desk
from deploy.consenting.freezing import freeze
from deploy.consenting.rules import Refused
from deploy.consenting.skipping import allow, left_of, skipping
from deploy.governance import Consent
from deploy.layout import Layout
from deploy.reading import Log, LogUnreadable
from deploy.rulebook import SHIPPED, load_rulebook
from deploy.sections import Kafka
from deploy.settings import Settings
from deploy.signing import make_keys
from deploy.verify.composing import source_of
from deploy.verify.differences import Kind
from deploy.verify.whole import verified
from streams.core.moments import datetime_of
from streams.topics import EVENTS, REFERENCE
from streams.wire.acts import (
    AnyAct,
    Consented,
    Proposed,
    RecordsSkipped,
    ReferenceApplied,
    ReportFrozen,
    ReportRestated,
)
from tests.integration.verify.log import Written
from tests.sources import sent, taken

BEGINS = "2031-01-01T00:00"


class Office:
    """Lan and Minh at the command line of one pipeline, where everything needs consent."""

    def __init__(self, kafka: str, layout: Layout, folder: Path) -> None:
        self.kafka, self.prefix, self.folder = kafka, layout.prefix, folder
        for name in ("lan", "minh"):
            make_keys(folder / f"{name}.pem", folder / f"{name}.pub")
        lines = [f'{name} = "{(folder / f"{name}.pub").read_text().splitlines()[1]}"' for name in ("lan", "minh")]
        (folder / "people.toml").write_text("\n".join(["[people]", *lines, ""]))

    def settings(self, who: str) -> Settings:
        consent = Consent(needed=("freeze", "apply", "skip"), people_file=self.folder / "people.toml",
                          key_file=self.folder / f"{who}.pem")  # fmt: skip
        return Settings(kafka=Kafka(bootstrap=self.kafka, prefix=self.prefix), consent=consent)

    def run(self, who: str, *command: str) -> Result:
        environment = {
            "DUNGHAN_KAFKA__BOOTSTRAP": self.kafka,
            "DUNGHAN_KAFKA__PREFIX": self.prefix,
            "DUNGHAN_CONSENT__NEEDED": "freeze,apply,skip",
            "DUNGHAN_CONSENT__PEOPLE_FILE": str(self.folder / "people.toml"),
            "DUNGHAN_CONSENT__KEY_FILE": str(self.folder / f"{who}.pem"),
        }
        return CliRunner(env=environment).invoke(main, [*command])

    def waiting(self) -> str:
        [*_, one] = json.loads(self.run("minh", "consent", "list", "--json").output)
        return str(one["id"])

    def acts(self) -> tuple[AnyAct, ...]:
        with Log(self.kafka, prefix=self.prefix) as log:
            return read_acts(log)[0]

    def seconds(self) -> None:
        done = self.run("minh", "consent", "sign", self.waiting(), "--why", "đã xem")
        assert done.exit_code == 0, done.output


@pytest.fixture
def office(kafka: str, topics: Layout, tmp_path: Path) -> Office:
    return Office(kafka, topics, tmp_path)


def kinds(acts: Iterable[AnyAct]) -> list[type[AnyAct]]:
    return [type(act) for act in acts]


def test_a_reference_is_published_only_when_another_person_consented_to_just_that_and_once(office: Office) -> None:
    folder = Path(shutil.copytree(SHIPPED, office.folder / "reference"))
    apply = ["reference", "apply", str(folder), "--why", "công văn 1", "--from", BEGINS]
    alone = office.run("lan", *apply)
    assert (alone.exit_code, "not_proposed" in alone.output) == (1, True)
    proposed = office.run("lan", *apply, "--propose", "--json")
    assert json.loads(proposed.stdout)["proposal"] == office.waiting()
    assert "not_consented" in office.run("lan", *apply).output
    own = office.run("lan", "consent", "sign", office.waiting(), "--why", "tự ký")
    assert (own.exit_code, "same_person" in own.output) == (1, True)
    assert "freeze" not in office.run("minh", "consent", "show", office.waiting()).output
    office.seconds()
    again = office.run("minh", "consent", "sign", office.waiting(), "--why", "lại")
    assert "consented_already" in again.output
    assert "other_content" in office.run("lan", *apply[:-1], "2031-01-02T00:00").output, "another moment"
    assert office.run("lan", *apply).exit_code == 0
    proposal, consent, done = office.acts()
    assert isinstance(proposal, Proposed)
    assert isinstance(consent, Consented)
    assert isinstance(done, ReferenceApplied)
    assert done.agreed is not None
    assert (done.agreed.proposed_by, done.agreed.consented_by) == ("lan", "minh")
    assert (done.agreed.proposed_key, done.agreed.consented_key) == (proposal.key, consent.key)
    assert done.agreed.sha256 == proposal.sha256 == consent.sha256
    assert json.loads(proposal.content)["sha256"] == done.sha256, "the folder's hash"
    with Log(office.kafka, prefix=office.prefix) as log:
        assert len(list(log.whole(REFERENCE, 0))) == len(done.documents)


def test_what_is_frozen_is_the_report_that_was_consented_to_and_its_consent_serves_once(office: Office) -> None:
    now = clock.now()
    act = ReportFrozen(at=now, who="lan", why="kỳ I", period="2026-Q3", as_of=9, sha256="00", report='{"n":1}')
    later = msgspec.structs.replace(act, sha256="11", report='{"n":2}')
    settings = office.settings("lan")
    Desk(settings).propose(act, now=now)
    with pytest.raises(Refused, match="not_consented"):
        freeze(settings, later)
    office.seconds()
    assert freeze(settings, later) == office.acts()[-1]
    frozen = office.acts()[-1]
    assert isinstance(frozen, ReportFrozen)
    assert (frozen.report, frozen.agreed is not None) == ('{"n":1}', True)
    with pytest.raises(Refused, match="done_already"):
        freeze(settings, later)
    restated = ReportRestated(at=now, who="lan", why="muộn", period="2026-Q3", as_of=9, frozen="00", sha256="22",
                              restatement="{}")  # fmt: skip
    with pytest.raises(Refused, match="not_proposed"):
        freeze(settings, restated)


def test_a_record_is_passed_over_with_consent_to_its_bytes_and_every_worker_may_then_begin(office: Office) -> None:
    [record] = taken([sent("accepted", "2020-03-02 08:00", procedure="1", unit="m")])
    written = Written()
    written.topics[EVENTS.name, 0] = [(record.key, record.value)]
    written.publish(office.kafka, office.prefix)
    skip = ["worker", "--skip", "0:0", "--why", "hỏng"]
    assert "--why" in office.run("lan", *skip[:3]).output
    assert "not_proposed" in office.run("lan", *skip).output
    assert "no record at 0:7" in office.run("lan", "worker", "--skip", "0:7", "--why", "chưa có").output
    assert office.run("lan", *skip, "--propose").exit_code == 0
    office.seconds()
    settings = office.settings("lan")
    act = skipping(settings, {0: frozenset({0})}, who="lan", why="hỏng", now=clock.now())
    for _ in range(2):
        allow(settings, act)
    assert kinds(office.acts()) == [Proposed, Consented, RecordsSkipped]
    other = msgspec.structs.replace(act, records=(msgspec.structs.replace(act.records[0], sha256="00"),))
    with pytest.raises(Refused, match="not_proposed"):
        allow(settings, other)


def test_records_that_were_consented_to_one_by_one_are_passed_over_by_one_worker(office: Office) -> None:
    records = taken([sent("accepted", f"2020-03-02 08:0{n}", procedure="1", unit="m") for n in range(3)])
    written = Written()
    written.topics[EVENTS.name, 0] = [(one.key, one.value) for one in records]
    written.publish(office.kafka, office.prefix)
    settings = office.settings("lan")
    of = [skipping(settings, {0: frozenset({n})}, who="lan", why="hỏng", now=clock.now()) for n in range(3)]
    both, all_ = (msgspec.structs.replace(of[0], records=tuple(one.records[0] for one in of[:n])) for n in (2, 3))
    for one in of[:2]:
        Desk(settings).propose(one, now=clock.now())
        office.seconds()
    allow(settings, both)
    assert [act.records for act in office.acts() if isinstance(act, RecordsSkipped)] == [of[0].records, of[1].records]
    assert left_of(Desk(settings), all_).records == of[2].records, "what is proposed, and compared, is what is left"
    nothing = office.run("lan", "worker", "--skip", "0:0", "--why", "hỏng", "--propose")
    assert "passed over already" in nothing.output


def test_two_that_freeze_at_once_or_pass_over_one_record_do_it_once(office: Office) -> None:
    [record] = taken([sent("accepted", "2020-03-02 08:00", procedure="1", unit="m")])
    written = Written()
    written.topics[EVENTS.name, 0] = [(record.key, record.value)]
    written.publish(office.kafka, office.prefix)
    alone = Settings(kafka=Kafka(bootstrap=office.kafka, prefix=office.prefix))
    act = ReportFrozen(at=1, who="lan", why="kỳ I", period="2026-Q3", as_of=9, sha256="00", report="{}")
    assert freeze(alone, act) == act
    with pytest.raises(Refused, match="2026-Q3 is frozen"):
        freeze(alone, act)
    skip = skipping(alone, {0: frozenset({0})}, who="lan", why="hỏng", now=clock.now())
    with ThreadPoolExecutor(2) as workers:
        for each in [workers.submit(allow, alone, skip) for _ in range(2)]:
            assert each.exception() is None or isinstance(each.exception(), LogUnreadable), "fenced, and starts again"
    allow(alone, skip)
    assert kinds(office.acts()) == [ReportFrozen, RecordsSkipped]
    asks = office.settings("lan")
    with pytest.raises(Refused, match="not_proposed"):
        allow(asks, skip)
    since = asks.consent.model_copy(update={"since": datetime_of(clock.now() + 60)})
    allow(asks.model_copy(update={"consent": since}), skip)
    assert kinds(office.acts()) == [ReportFrozen, RecordsSkipped], "done before consent was asked for"


def test_an_act_that_went_past_the_consent_is_found_by_the_second_pair_of_eyes(office: Office) -> None:
    act = ReportFrozen(at=5, who="lan", why="kỳ I", period="2026-Q3", as_of=9, sha256="00", report="{}")
    record_act(office.kafka, act, prefix=office.prefix)
    source = source_of(office.settings("minh"))
    found = list(verified(source._replace(first=load_rulebook()), now=clock.now()).found)
    assert [(one.kind, one.place) for one in found] == [(Kind.ACT_WITHOUT_CONSENT, "0")]
