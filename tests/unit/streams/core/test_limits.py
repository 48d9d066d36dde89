"""Limits are read from the text that sources send, in Vietnamese and English, or refused by name."""

import unicodedata

import pytest

from streams.core.law import BadLimit
from streams.core.limits import Limit, LimitUnit, parse_limit

W, H = LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS
FORM = "is not an amount and a unit, such as '5 working days' or '2 tháng'"
NOTHING = "a limit is more than nothing"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("5 working days", Limit(5, W)),
        ("05 ngày làm việc", Limit(5, W)),
        ("05 (năm) ngày làm việc", Limit(5, W)),
        ("năm ngày làm việc", Limit(5, W)),
        ("Không quá 05 ngày làm việc", Limit(5, W)),
        ("5 ngay lam viec", Limit(5, W)),
        ("5ngày làm việc", Limit(5, W)),
        ("0,5 ngày làm việc", Limit(0, W, half=True)),
        ("0.5 working days", Limit(0, W, half=True)),
        ("1.50 working days", Limit(1, W, half=True)),
        ("nửa ngày", Limit(0, W, half=True)),
        ("1/2 ngày làm việc", Limit(0, W, half=True)),
        ("½ ngày", Limit(0, W, half=True)),
        ("half a day", Limit(0, W, half=True)),
        ("1 buổi", Limit(0, W, half=True)),
        ("3 buổi làm việc", Limit(1, W, half=True)),
        ("2 sessions", Limit(1, W)),
        ("20 ngày", Limit(20, LimitUnit.DAYS)),
        ("15 DAYS", Limit(15, LimitUnit.DAYS)),
        ("a month", Limit(1, LimitUnit.MONTHS)),
        ("2 tháng", Limit(2, LimitUnit.MONTHS)),
        ("8 giờ làm việc", Limit(8, H)),
        ("4.5 working hours", Limit(4, H, half=True)),
        ("24 hours", Limit(24, LimitUnit.HOURS)),
        ("24 giờ", Limit(24, LimitUnit.HOURS)),
        ("8 giờ đồng hồ", Limit(8, LimitUnit.HOURS)),
        ("3660 days", Limit(3660, LimitUnit.DAYS)),
        ("120 tháng", Limit(120, LimitUnit.MONTHS)),
        ("5240 buổi", Limit(2620, W)),
    ],
)
def test_a_limit_is_read(text: str, limit: Limit) -> None:
    assert parse_limit(text) == limit
    assert parse_limit(unicodedata.normalize("NFD", text)) == limit
    assert parse_limit(f"  {text.upper()} ") == limit
    assert parse_limit(str(limit)) == limit


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", FORM),
        ("5", FORM),
        ("ngày", FORM),
        ("0 days", NOTHING),
        ("-1 days", NOTHING),
        ("-1 working days", NOTHING),
        ("0 buổi", NOTHING),
        ("1000000000 days", "no procedure takes more than 3660 days"),
        ("99999999999 days", "no procedure takes more than 3660 days"),
        ("100000000000 days", "the amount '100000000000' is neither a whole nor a half number"),
        ("2621 working days", "no procedure takes more than 2620 working days"),
        ("5242 buổi", "no procedure takes more than 2620 working days"),
        ("29281 working hours", "no procedure takes more than 29280 working hours"),
        ("87841 hours", "no procedure takes more than 87840 hours"),
        ("121 months", "no procedure takes more than 120 months"),
        ("0.3 working days", "the amount '0.3' is neither a whole nor a half number"),
        ("1/3 ngày", "the amount '1/3' is neither a whole nor a half number"),
        ("many days", "the amount 'many' is neither a whole nor a half number"),
        ("1.5 ngày", "halves are counted in working days or hours only"),
        ("0.5 tháng", "halves are counted in working days or hours only"),
        ("nửa buổi", "half a session is no limit"),
        ("5 fortnights", "does not know the unit 'fortnights'"),
        ("5 ngày kể từ ngày nhận", "does not know the unit 'ngay ke tu ngay nhan'"),
    ],
)
def test_what_is_no_limit_is_refused_by_name(text: str, problem: str) -> None:
    with pytest.raises(BadLimit) as caught:
        parse_limit(text)
    assert str(caught.value) == f"limit {text!r}: {problem}"
    assert caught.value.text == text
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit(1, W), "1 working day"),
        (Limit(1, W, half=True), "1.5 working days"),
        (Limit(2, LimitUnit.MONTHS), "2 months"),
        (Limit(1, LimitUnit.HOURS), "1 hour"),
    ],
)
def test_a_limit_has_one_text(limit: Limit, text: str) -> None:
    assert str(limit) == text
