"""What follows an answer of the mail server."""

import pytest

from alerts.core.retry import LONGEST, PAUSES, Ending, Next, Step, Trial, step_after


def step(
    ending: Ending, *, attempts: int = 1, now: int = 1_000, digest: str = "00000000ff", heard: bool = True
) -> Step:
    return step_after(ending, Trial(digest=digest, attempts=attempts, first_at=1_000, heard=heard), now=now)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (Ending.ACCEPTED, Next.DONE),
        (Ending.PERMANENT, Next.NEXT_PERSON),
        (Ending.HALT, Next.STOP),
        (Ending.RETRY, Next.AGAIN),
        (Ending.AMBIGUOUS, Next.AGAIN),
    ],
)
def test_every_ending_has_one_consequence(ending: Ending, expected: Next) -> None:
    assert step(ending).next is expected


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (9, 60)])
def test_the_pauses_grow_to_an_hour(attempts: int, minutes: int) -> None:
    assert step(Ending.RETRY, attempts=attempts).at == 1_000 + minutes * 60


def test_the_jitter_is_the_digests_own_and_at_most_a_fifth() -> None:
    assert step(Ending.RETRY, digest="ffffffff00").at == 1_000 + 72


def test_a_server_that_says_later_for_a_day_has_said_no() -> None:
    often = len(PAUSES) + 1
    assert step(Ending.RETRY, attempts=often, now=1_000 + LONGEST).next is Next.NEXT_PERSON
    assert step(Ending.AMBIGUOUS, attempts=often, now=1_000 + LONGEST - 1).next is Next.AGAIN


def test_where_we_were_away_for_a_day_the_first_later_is_no_no() -> None:
    assert step(Ending.RETRY, attempts=1, now=1_000 + 3 * LONGEST).next is Next.AGAIN


def test_a_server_that_was_away_for_days_has_refused_nobody() -> None:
    assert step(Ending.RETRY, attempts=60, now=1_000 + 3 * LONGEST, heard=False).next is Next.AGAIN
