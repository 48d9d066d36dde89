"""Documents as `dunghan reference apply` publishes them."""

from deploy.rulebook import files_in
from streams.core.moments import Moment
from streams.wire.reference import Document, named, sha256_of

UNITS = "id,name,head,parent,address\nxa,UBND xã,binh,,\n"
OFFICERS = "id,name,unit,address\nanh,Lò Văn Ánh,xa,anh@x.vn\nbinh,Giàng Thị Bình,xa,binh@x.vn\n"
FILES = files_in(None) | {"units.csv": UNITS, "officers.csv": OFFICERS}


def documents(files: dict[str, str], *, counts_from: Moment) -> list[Document]:
    """Return the files as one release."""
    release = f"{counts_from}-{sha256_of(repr(sorted(files.items())))[:12]}"
    return [
        _document(pair, counts_from, release=release, part=(number, len(files)))
        for number, pair in enumerate(sorted(files.items()), 1)
    ]


def _document(pair: tuple[str, str], counts_from: Moment, *, release: str, part: tuple[int, int]) -> Document:
    file, text = pair
    kind, name, revision, source = named(file, text)
    return Document(
        kind=kind,
        id=name,
        revision=revision,
        file=file,
        counts_from=counts_from,
        source=source,
        sha256=sha256_of(text),
        text=text,
        release=release,
        part=part[0],
        parts=part[1],
    )
