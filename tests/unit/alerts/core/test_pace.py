"""How fast mails may go out."""

from alerts.core.pace import Paces, Rates


def test_without_a_rate_nothing_waits() -> None:
    paces = Paces(Rates())
    assert [paces.wait("", 1.0) for _ in range(1000)] == [0.0] * 1000


def test_a_bucket_holds_a_second_and_fills_again() -> None:
    paces = Paces(Rates(per_second=2))
    assert [paces.wait("", 10.0) for _ in range(3)] == [0.0, 0.0, 0.5]
    assert paces.wait("", 10.25) == 0.25
    assert paces.wait("", 10.5) == 0.0
    assert [paces.wait("", 100.0) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_a_domain_with_a_pace_of_its_own_waits_alone() -> None:
    rates = Rates(domains={"gmail.com": 0.5})
    assert rates.domain_of("a@Gmail.com") == "gmail.com"
    assert rates.domain_of("a@x.vn") == ""
    paces = Paces(rates)
    assert [paces.wait("gmail.com", 1.0) for _ in range(2)] == [0.0, 2.0]
    assert paces.wait("", 1.0) == 0.0


def test_what_waits_for_its_domain_takes_no_token_of_everybody() -> None:
    paces = Paces(Rates(per_second=1, domains={"gmail.com": 0.1}))
    assert paces.wait("gmail.com", 1.0) == 0.0
    assert paces.wait("gmail.com", 2.0) == 9.0
    assert paces.wait("", 2.0) == 0.0
