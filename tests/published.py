"""Reference documents as they are published: all of a release in one transaction, and its act with them."""

from collections.abc import Mapping, Sequence

import msgspec

from deploy.acts import Beside, record_act
from deploy.layout import Layout
from deploy.reading import Log
from deploy.rulebook import files_in
from streams.core.moments import Moment
from streams.topics import REFERENCE
from streams.wire.acts import ReferenceApplied
from streams.wire.reference import Document, documents_of

SHIPPED = files_in(None)
WARNED_LATER = SHIPPED | {
    "policy.toml": SHIPPED["policy.toml"]
    .replace('"policy-2"', '"policy-3"')
    .replace("due_soon_working_days = 2", "due_soon_working_days = 1")
}
MORE_OFF = SHIPPED | {
    "calendar/2020.toml": SHIPPED["calendar/2020.toml"]
    .replace('"2020-v1"', '"2020-v2"')
    .replace("days_off = [", 'days_off = [\n  { day = 2020-03-06, name = "nghỉ" },')
}


def release(files: Mapping[str, str], *, counts_from: Moment, name: str = "a") -> tuple[Document, ...]:
    """Return the documents of a release."""
    return documents_of(dict(sorted(files.items())), release=name, counts_from=counts_from)


def applied(documents: Sequence[Document]) -> ReferenceApplied:
    """Return the act that goes with them."""
    one = documents[0]
    return ReferenceApplied(at=0, who="lan", why="công văn 1", release=one.release, counts_from=one.counts_from,
                            sha256="0" * 64, documents=tuple(each.listed for each in documents),
                            closed_since=one.closed_since)  # fmt: skip


def publish(bootstrap: str, layout: Layout, documents: Sequence[Document]) -> None:
    """Write the documents and their act in one transaction, as `dunghan reference apply` does."""
    with Log(bootstrap, prefix=layout.prefix) as log:
        end = log.bounds(REFERENCE, 0)[1]
    records = [(one.key, msgspec.json.encode(one)) for one in documents]
    record_act(bootstrap, applied(documents), prefix=layout.prefix, beside=Beside(REFERENCE, end, records))
