"""The schemas that others build on are those of the code."""

from streams.wire.schemas import FILE, schemas


def test_the_committed_schemas_are_those_the_types_give() -> None:
    """Where this fails: is the change additive? Then `python -m streams.wire.schemas`."""
    assert FILE.read_text(encoding="utf-8") == schemas()
