"""Whatever is sent, the gateway answers with what its document names, and what it takes is an event of that source."""

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from deploy.gateway import paths
from streams.wire import cloudevents
from tests.gateway import HOME, Office
from tests.sources import SOURCE, event

FOLDER = tempfile.TemporaryDirectory()
OFFICE = Office(Path(FOLDER.name))
SOUND = json.dumps(
    [event("accepted", "2026-03-02 08:00", procedure="1.001", unit="m", limit="5 working days")]
).encode()
KINDS = st.sampled_from(
    ["application/cloudevents+json", "application/cloudevents-batch+json", "application/json", "text/plain", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(["specversion", "id", "source", "type", "subject", "time", "data", "MaHoSo", "TrangThaiHoSo"])
SPOILED = st.builds(
    lambda place, length, junk: SOUND[:place] + junk + SOUND[place + length :],
    st.integers(0, len(SOUND)),
    st.integers(0, 20),
    st.binary(max_size=10),
)
NEARLY = st.dictionaries(NAMES, VALUES, max_size=4).map(
    lambda change: json.dumps({**json.loads(SOUND)[0], **change}).encode("utf-8", "surrogatepass")
)
DIGITS = st.text("0123456789", min_size=14, max_size=14)
MOMENTS = st.sampled_from(["00010101000000", "99991231235959", "20260302080000"]) | DIGITS
DOSSIER = st.fixed_dictionaries(
    {"MaHoSo": st.just("7"), "TrangThaiHoSo": st.sampled_from(["2", "9"])},
    optional=dict.fromkeys(["NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy"], MOMENTS),
).map(lambda dossier: json.dumps(dossier).encode())
DEEP = st.integers(1, 60_000).map(lambda deep: b"[" * deep)
BODIES = st.binary(max_size=200) | SPOILED | NEARLY | DOSSIER | DEEP
HEADERS = st.dictionaries(
    st.sampled_from(["ce-specversion", "ce-id", "ce-source", "ce-subject", "ce-time", "ce-type", "ce-data", "ce-x"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
    | st.sampled_from(["1.0", SOURCE, f"{HOME}/1"]),
)


@given(path=st.sampled_from([paths.EVENTS, paths.BINARY, paths.DOSSIERS]), kind=KINDS, headers=HEADERS, body=BODIES)
def test_every_body_is_taken_whole_or_refused_with_a_reason(
    path: str, kind: str, headers: dict[str, str], body: bytes
) -> None:
    OFFICE.paper.taken.clear()
    answer = OFFICE.post(path, body, kind=kind, headers=headers)
    told = answer.json()
    assert answer.status in (202, 400, 403, 413, 415, 422)
    if answer.status != 202:
        assert not OFFICE.paper.taken
        assert told["status"] == answer.status
        return
    assert told["accepted"] == len(OFFICE.paper.taken)
    for record in OFFICE.paper.taken:
        envelope = cloudevents.received(record.value, record.headers).envelope
        assert (envelope.source, envelope.subject.partition("/")[0]) == (SOURCE, HOME)
        assert record.key == envelope.subject.encode()
