"""Ten mails of an invented working week, to look at before anybody gets one."""

from collections.abc import Iterator
from typing import NamedTuple

from alerts.core.digest import Besides, Digest, compose
from alerts.core.outbox import Tell
from alerts.core.people import Directory, Officer, Person, Unit
from alerts.core.policy import Policy
from alerts.core.routing import Via
from streams.core.labels import Label, State
from streams.core.moments import SECOND_OF_DAY, Moment
from streams.core.stages import Addressee, Ended, Stage
from streams.wire.records import Notice

DIRECTORY = Directory(
    officers={
        "mau": Officer(id="mau", name="Cán bộ Mẫu", unit="xa.mau", address="can.bo@example.invalid"),
        "vang": Officer(id="vang", name="Cán bộ Đi Vắng", unit="xa.mau", address="di.vang@example.invalid"),
        "truong": Officer(id="truong", name="Lãnh đạo Mẫu", unit="xa.mau", address="lanh.dao@example.invalid"),
    },
    units={
        "xa.mau": Unit(id="xa.mau", name="UBND xã Mẫu", head="truong", parent="tinh.mau"),
        "xa.khac": Unit(id="xa.khac", name="UBND xã Khác", parent="tinh.mau"),
        "tinh.mau": Unit(id="tinh.mau", name="UBND tỉnh Mẫu"),
    },
)
DAY = SECOND_OF_DAY
DUE_AFTER = {
    Stage.OVERDUE: -3 * DAY,
    Stage.DUE_TODAY: 8 * 3600,
    Stage.DUE_SOON: 2 * DAY,
    Stage.SUPPLEMENT_OVERDUE: -DAY,
}
OFFICER = Person("mau", "Cán bộ Mẫu", "can.bo@example.invalid")
LEADER = Person("truong", "Lãnh đạo Mẫu", "lanh.dao@example.invalid")


class Sample(NamedTuple):
    """A mail of the week and what it is an example of."""

    name: str
    digest: Digest


def week(at: Moment) -> Iterator[Sample]:
    """Yield the ten mails as they would be written at `at`."""
    for stage in Stage:
        yield Sample(stage.value, _digest([_tell(stage, 1, at)], at))
    every = [_tell(stage, number, at) for number, stage in enumerate(Stage, start=1)]
    yield Sample("every_stage", _digest(every, at))
    yield Sample("deputy", _digest([_tell(Stage.DUE_TODAY, 6, at, via=Via.DEPUTY, behalf="vang")], at))
    lost = (("dienbien.mau/000011", Ended.CLOSED), ("dienbien.mau/000012", Ended.PAUSED))
    yield Sample("withdrawn_since", _digest([_tell(Stage.DUE_SOON, 7, at)], at, Besides(lost=lost)))
    late = [_tell(Stage.OVERDUE, number, at) for number in range(1, 4)]
    yield Sample("after_an_outage", _digest(late, at, Besides(delays={tell.notice.id: 3 * DAY for tell in late})))
    of_units = [
        _tell(Stage.OVERDUE, number, at - number * DAY, via=Via.LEADER, unit="xa.mau" if number % 3 else "xa.khac")
        for number in range(1, 12)
    ]
    yield Sample("leader", compose(LEADER, of_units, at=at, policy=Policy()))


def _digest(tells: list[Tell], at: Moment, besides: Besides | None = None) -> Digest:
    return compose(OFFICER, tells, at=at, policy=Policy(), besides=besides)


def _tell(
    stage: Stage, number: int, at: Moment, *, via: Via = Via.OFFICER, behalf: str = "", unit: str = "xa.mau"
) -> Tell:
    due_after = DUE_AFTER.get(stage)
    notice = Notice(
        id=f"mau-{stage}-{number}",
        stage=stage,
        dossier=f"dienbien.mau/{number:06}",
        unit=unit,
        state=State.SUBMITTED if due_after is None else State.PROCESSING,
        label=Label.OPEN_IN_TIME,
        stage_at=at,
        decided_at=at,
        due_at=None if due_after is None else at + due_after,
        procedure="Đăng ký thành lập hộ kinh doanh",
        field="Thành lập và hoạt động của hộ kinh doanh",
        to=Addressee.OFFICER if via is not Via.LEADER else Addressee.HEAD,
    )
    return Tell(recipient="mau", notice=notice, via=via, behalf=behalf)
