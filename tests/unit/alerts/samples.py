"""The people, notices and moments that the tests of the courier are about."""

from datetime import datetime

from alerts.core.outbox import Recall, Tell
from alerts.core.people import Directory, Officer, Unit
from alerts.core.policy import Policy
from alerts.core.routing import Via
from alerts.rules import Rules, Ruling
from streams.core.labels import Label, State
from streams.core.moments import VIETNAM, Moment
from streams.core.stages import Stage
from streams.wire.records import Notice, Withdrawal

DIRECTORY = Directory(
    officers={
        "anh": Officer(id="anh", name="Lò Văn Ánh", unit="nam_vi", address="anh@x.vn"),
        "binh": Officer(id="binh", name="Giàng Thị Bình", unit="nam_vi", address="binh@x.vn"),
        "chi": Officer(id="chi", name="Quàng Chi", unit="province", address="chi@x.vn"),
        "mute": Officer(id="mute", name="Không có hộp thư", unit="nam_vi"),
    },
    units={
        "nam_vi": Unit(id="nam_vi", name="UBND xã Nậm Vì", head="binh", parent="province", address="namvi@x.vn"),
        "province": Unit(id="province", name="UBND tỉnh Điện Biên", head="chi", address="tinh@x.vn"),
    },
)

RULING = Ruling(Rules("first", DIRECTORY, Policy()))
"""The rules before anything is published."""


def at(text: str) -> Moment:
    """Return the moment of `2020-07-10 08:00`, Vietnamese time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp())


def notice(
    id: str = "n1",
    *,
    stage: Stage = Stage.DUE_TODAY,
    dossier: str | None = None,
    decided: str = "2020-07-09 15:00",
    due: str | None = "2020-07-10 16:00",
    unit: str = "nam_vi",
    officer: str | None = "anh",
    reason: str = "",
    procedure: str | None = "Đăng ký thành lập hộ kinh doanh",
) -> Notice:
    """Return a notice; its dossier is named after its id."""
    decided_at = at(decided)
    return Notice(
        id=id,
        stage=stage,
        dossier=dossier or f"dienbien.muongnhe/{id}",
        unit=unit,
        officer=officer,
        state=State.PROCESSING,
        label=Label.OPEN_DUE_SOON,
        stage_at=decided_at,
        decided_at=decided_at,
        due_at=None if due is None else at(due),
        procedure=procedure,
        reason=reason,
    )


def tell(
    told: Notice,
    recipient: str = "anh",
    *,
    via: Via = Via.OFFICER,
    refused: tuple[str, ...] = (),
    behalf: str = "",
) -> Tell:
    """Return the notice addressed to a person."""
    return Tell(recipient=recipient, notice=told, via=via, refused=refused, behalf=behalf)


def recall(told: Notice, *, decided: str, recipient: str = "anh", reason: str = "") -> Recall:
    """Return the withdrawal of a notice, addressed to a person."""
    withdrawal = Withdrawal(
        id=told.id,
        stage=told.stage,
        dossier=told.dossier,
        unit=told.unit,
        officer=told.officer,
        decided_at=at(decided),
        reason=reason,
    )
    return Recall(recipient=recipient, withdrawal=withdrawal)
