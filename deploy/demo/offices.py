"""The offices of the province as the article names them, and the clerks the demo invents for them.

Units and fields are those of the article and of the province's districts in 2020. The officers are inventions, each
with an address under a domain that exists nowhere (RFC 2606).
"""

from dataclasses import dataclass
from typing import Final

from deploy.demo.article import DISTRICT

PROVINCE: Final = "dienbien"
OFFICERS_EACH: Final = 2


@dataclass(frozen=True, slots=True)
class Office:
    """One unit, the fields it works in, and its share of what the province receives."""

    id: str
    name: str
    fields: tuple[str, ...]
    weight: int

    @property
    def home(self) -> str:
        """The unit's own one-stop system."""
        return f"{PROVINCE}.{self.id}"

    @property
    def officers(self) -> tuple[str, ...]:
        """The ids of its officers."""
        return tuple(f"{self.id}-cb{number}" for number in range(1, OFFICERS_EACH + 1))


BUSINESS: Final = "Đăng ký hộ kinh doanh"
AWARDS: Final = "Thi đua, khen thưởng"
JUSTICE: Final = "Tư pháp"
CIVIL: Final = "Hộ tịch"
HEALTH: Final = "Y tế"

OFFICES: Final = (
    Office(DISTRICT, "UBND huyện Mường Nhé", (BUSINESS, CIVIL, JUSTICE), 0),
    Office("dienbienphu", "UBND thành phố Điện Biên Phủ", (BUSINESS, CIVIL, JUSTICE), 9),
    Office("muonglay", "UBND thị xã Mường Lay", (BUSINESS, CIVIL), 2),
    Office("huyendienbien", "UBND huyện Điện Biên", (BUSINESS, CIVIL, JUSTICE), 6),
    Office("dienbiendong", "UBND huyện Điện Biên Đông", (BUSINESS, CIVIL), 3),
    Office("muongang", "UBND huyện Mường Ảng", (BUSINESS, CIVIL), 3),
    Office("muongcha", "UBND huyện Mường Chà", (BUSINESS, CIVIL), 3),
    Office("nampo", "UBND huyện Nậm Pồ", (BUSINESS, CIVIL), 2),
    Office("tuachua", "UBND huyện Tủa Chùa", (BUSINESS, CIVIL), 2),
    Office("tuangiao", "UBND huyện Tuần Giáo", (BUSINESS, CIVIL, JUSTICE), 4),
    Office("sonoivu", "Sở Nội vụ", (AWARDS,), 3),
    Office("sotuphap", "Sở Tư pháp", (JUSTICE, CIVIL), 6),
    Office("soyte", "Sở Y tế", (HEALTH,), 4),
)


def units_csv() -> str:
    """Return `units.csv`: every office under the province's."""
    rows = ["id,name,head,parent,address", f"{PROVINCE},UBND tỉnh Điện Biên,,,vanphong@dienbien.example"]
    rows += [f"{office.id},{office.name},{office.id}-ld,{PROVINCE},{office.id}@dienbien.example" for office in OFFICES]
    return "\n".join(rows) + "\n"


def officers_csv() -> str:
    """Return `officers.csv`: the officers of every office, and its head."""
    rows = ["id,name,unit,address"]
    for office in OFFICES:
        rows.append(f"{office.id}-ld,Lãnh đạo {office.name},{office.id},{office.id}-ld@dienbien.example")
        rows += [f"{id},Cán bộ {id[-1]} {office.name},{office.id},{id}@dienbien.example" for id in office.officers]
    return "\n".join(rows) + "\n"
