"""A digest of invented dossiers, one of each stage, to look at a mail before anybody gets one."""

from alerts.core.digest import Digest, compose
from alerts.core.outbox import Tell
from alerts.core.people import Directory, Officer, Unit
from alerts.core.policy import Policy
from alerts.core.routing import Via
from streams.core.labels import Label, State
from streams.core.moments import SECOND_OF_DAY, Moment
from streams.core.stages import Stage
from streams.wire.records import Notice

DIRECTORY = Directory(
    officers={"mau": Officer(id="mau", name="Cán bộ Mẫu", unit="xa.mau", address="can.bo@example.invalid")},
    units={"xa.mau": Unit(id="xa.mau", name="UBND xã Mẫu", head="mau")},
)
DUE_AFTER = {Stage.OVERDUE: -3 * SECOND_OF_DAY, Stage.DUE_TODAY: 8 * 3600, Stage.DUE_SOON: 2 * SECOND_OF_DAY}


def sample_digest(at: Moment) -> Digest:
    """Return the digest as it would be written at `at`."""
    person = DIRECTORY.person("mau")
    assert person is not None  # noqa: S101 - it stands a few lines above
    tells = [
        Tell(recipient="mau", notice=_notice(stage, number, at), via=Via.OFFICER)
        for number, stage in enumerate(Stage, start=1)
    ]
    return compose(person, tells, at=at, policy=Policy())


def _notice(stage: Stage, number: int, at: Moment) -> Notice:
    due_after = DUE_AFTER.get(stage)
    return Notice(
        id=f"mau-{number}",
        stage=stage,
        dossier=f"dienbien.mau/{number:06}",
        unit="xa.mau",
        state=State.PROCESSING if due_after is not None else State.SUBMITTED,
        label=Label.OPEN_IN_TIME,
        stage_at=at,
        decided_at=at,
        due_at=None if due_after is None else at + due_after,
        procedure="Đăng ký thành lập hộ kinh doanh",
        field="Thành lập và hoạt động của hộ kinh doanh",
    )
