"""Documents as `dunghan reference apply` publishes them."""

from deploy.rulebook import files_in
from streams.core.moments import Moment
from streams.wire.reference import Document, documents_of, sha256_of

UNITS = "id,name,head,parent,address\nxa,UBND xã,binh,,\n"
OFFICERS = "id,name,unit,address\nanh,Lò Văn Ánh,xa,anh@x.vn\nbinh,Giàng Thị Bình,xa,binh@x.vn\n"
FILES = files_in(None) | {"units.csv": UNITS, "officers.csv": OFFICERS}


def documents(files: dict[str, str], *, counts_from: Moment) -> tuple[Document, ...]:
    """Return the files as one release."""
    release = f"{counts_from}-{sha256_of(repr(sorted(files.items())))[:12]}"
    return documents_of(dict(sorted(files.items())), release=release, counts_from=counts_from)
