"""Differences are counted, and named as far as there is room."""

from deploy.verify.differences import SHOWN, Difference, Found, Kind


def found(kind: Kind, count: int) -> Found:
    it = Found()
    it.add(Difference(kind, "dossier.trail", 0, str(place), "told") for place in range(count))
    return it


def test_those_of_one_run_that_are_not_named_are_counted_in_another_too() -> None:
    whole = found(Kind.CHAIN_BROKEN, 1)
    whole.join(found(Kind.CHAIN_BROKEN, 3 * SHOWN), {Kind.CHAIN_BROKEN})
    whole.join(found(Kind.STATE_DIFFERS, 1), {Kind.CHAIN_BROKEN})
    assert whole.counts == {Kind.CHAIN_BROKEN: 3 * SHOWN + 1}
    assert len(list(whole)) == SHOWN
