"""The doctor looks at files: who can read a secret, and when a certificate ends."""

from datetime import date
from pathlib import Path

import pytest

from deploy.doctoring.files import ending_of, looked_at
from deploy.doctoring.line import Grade
from deploy.governance import Consent
from deploy.sections import Kafka, Smtp
from deploy.settings import Settings
from streams.cluster import Protocol
from streams.core.moments import day_on, moment_on
from tests.certificates import of_loopback


@pytest.mark.parametrize(
    ("mode", "grade"),
    [(0o600, Grade.FINE), (0o640, Grade.FINE), (0o644, Grade.WRONG), (0o660, Grade.WRONG), (0o602, Grade.WRONG)],
    ids=["its owner", "its group", "everybody reads", "its group writes", "everybody writes"],
)
def test_a_secret_that_others_read_or_change_is_told(mode: int, grade: Grade, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("x")
    secret.chmod(mode)
    (line,) = looked_at(Settings(smtp=Smtp(username="a", password_file=secret)), now=0)
    assert (line.what, line.grade) == ("secrets", grade)
    assert bool(line.remedy) is (grade is Grade.WRONG)


def test_the_key_of_a_second_person_is_a_secret_too(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("x")
    key.chmod(0o644)
    (line,) = looked_at(Settings(consent=Consent(key_file=key)), now=0)
    assert (line.what, line.grade) == ("secrets", Grade.WRONG)


def test_a_certificate_that_cannot_be_read_ends_nothing() -> None:
    line = ending_of("mail:25", b"not DER", now=0, remedy="renew it")
    assert (line.grade, line.found.startswith("mail:25 cannot be read")) == (Grade.WARNING, True)


def test_without_files_there_is_nothing_to_say() -> None:
    assert list(looked_at(Settings(), now=0)) == []


@pytest.mark.parametrize(
    ("year", "month", "grade"),
    [(2026, 1, Grade.FINE), (2099, 12, Grade.WARNING), (2100, 6, Grade.WRONG)],
    ids=["far", "near", "over"],
)
def test_a_certificate_of_ours_for_the_brokers_ends(year: int, month: int, grade: Grade, tmp_path: Path) -> None:
    pair = of_loopback(tmp_path)
    pair.key.chmod(0o600)
    kafka = Kafka(
        bootstrap="127.0.0.1:1",
        security_protocol=Protocol.SSL,
        certificate_file=pair.certificate,
        key_file=pair.key,
        authority=pair.certificate,
    )
    first, _ = looked_at(Settings(kafka=kafka), now=moment_on(day_on(date(year, month, 28)), 0))
    assert (first.what, first.grade) == ("certificate", grade)
