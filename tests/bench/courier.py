"""How fast the courier sends: against a bare loop over the same library, and against connecting anew for each mail.

One sink, one number of connections, the same bytes. The sink answers the final dot after `ANSWERS` seconds, as a server
does that writes a mail to its disk, in the clear and over TLS, as a server outside this machine must be spoken to; the
last one answers at once, where only processor time is measured. Of
the courier the whole second half is measured, from the first message to the last outcome that no kill can lose; its
mails were drafted and their intents committed in the same time.
"""

import asyncio
import contextlib
import ssl
import tempfile
import threading
import time
import uuid
from pathlib import Path
from timeit import repeat

import aiosmtplib
import msgspec

from alerts.core.digest import compose
from alerts.core.people import Directory, Officer, Person, Unit
from alerts.core.policy import Policy
from alerts.courier import Courier, Options
from alerts.links import Links
from alerts.log import Writer
from alerts.message import Letterhead, mail_of
from alerts.render import Renderer
from alerts.rules import Rules
from alerts.server import Server, Tls
from deploy.admin import TopicAdmin
from deploy.layout import Layout
from deploy.local.kafka import LocalKafka
from streams.core.stages import Stage
from streams.topics import NOTICES, prefixed
from streams.wire.records import Notice
from tests.bench.sink import sink
from tests.certificates import Certificate, of_loopback
from tests.unit.alerts.samples import at, notice, tell

MAILS = 1_500
CONNECTIONS = 8
ANSWERS = 0.02
MORNING = at("2020-07-10 08:00")


def figures() -> list[dict[str, str | float]]:
    """Return the figures: mails a second, milliseconds; the ratio is value to what it is held against."""
    rows = [_rendering()]
    with LocalKafka() as kafka, tempfile.TemporaryDirectory() as folder:
        signed = of_loopback(Path(folder))
        rows += _sending(kafka.bootstrap, "", ANSWERS)
        rows += _sending(kafka.bootstrap, ", over TLS", ANSWERS, tls=signed)
        rows += _sending(kafka.bootstrap, ", server answers at once", 0.0)
    return rows


def _sending(
    bootstrap: str, name: str, answers: float, *, tls: Certificate | None = None
) -> list[dict[str, str | float]]:
    with sink(answers, tls=tls) as port:
        server = Server(host="127.0.0.1", port=port, connections=CONNECTIONS)
        if tls is not None:
            server = msgspec.structs.replace(server, tls=Tls.TLS, authority=str(tls.certificate))
        bytes_of = _content()
        bare = _bare(server, bytes_of, anew=False)
        anew = _bare(server, bytes_of, anew=True)
        courier = _courier(bootstrap, server)
    return [
        _row(f"courier{name}, mails against a bare loop", courier, bare, "mails/s"),
        _row(f"courier{name}, mails against connecting anew", courier, anew, "mails/s"),
    ]


def _rendering() -> dict[str, str | float]:
    person = Person("anh", "Lò Văn Ánh", "anh@x.vn")
    directory, letterhead = _directory(1), Letterhead(address="dunghan@x.vn")
    tells = [tell(_late(n, "anh")) for n in range(50)]
    renderer = Renderer(directory, links=Links(otherwise="https://x.example/{dossier}"))

    def once() -> None:
        digest = compose(person, tells, at=MORNING, policy=Policy())
        mail_of(digest, renderer.render(digest), letterhead)

    milliseconds = min(repeat(once, number=20, repeat=5)) / 20 * 1000
    return _row("a digest of 50 dossiers, from notices to bytes", milliseconds, 3.0, "ms")


def _bare(server: Server, content: bytes, *, anew: bool) -> float:
    trust = None if server.authority is None else ssl.create_default_context(cafile=server.authority)

    async def run() -> float:
        queue = iter(range(MAILS // 5 if anew else MAILS))

        def connection() -> aiosmtplib.SMTP:
            return aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                local_hostname="localhost",
                use_tls=trust is not None,
                start_tls=False,
                tls_context=trust,
            )

        async def worker() -> None:
            if not anew:
                kept = connection()
                await kept.connect()
                for _ in queue:
                    await kept.sendmail("dunghan@x.vn", ["anh@x.vn"], content)
                await kept.quit()
                return
            for _ in queue:
                async with connection() as once:
                    await once.sendmail("dunghan@x.vn", ["anh@x.vn"], content)

        began = time.monotonic()
        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
        return (MAILS // 5 if anew else MAILS) / (time.monotonic() - began)

    return asyncio.run(run())


def _courier(bootstrap: str, server: Server) -> float:
    layout = Layout(f"b{uuid.uuid4().hex[:8]}", 4, 1)
    TopicAdmin(bootstrap, layout).apply()
    with contextlib.closing(Writer(bootstrap, name=f"{layout.prefix}-bench")) as writer, writer.transaction():
        for n in range(MAILS):
            writer.write(prefixed(layout.prefix, NOTICES), f"d{n}", msgspec.json.encode(_late(n, f"cb{n}")))
    courier = Courier(**_options(bootstrap, layout.prefix, server))
    return _timed(courier)


def _timed(courier: Courier) -> float:
    """Return mails a second between the first and the last outcome, as the courier's own figures show them."""
    # Only the one figure: reading all of them a hundred times a second takes as much of the processor as sending.
    accepted = courier.registry.restricted_registry(["dunghan_mails_total"])
    thread = threading.Thread(target=courier.run)
    thread.start()
    began, first, done = 0.0, 0, 0
    while done < MAILS:
        time.sleep(0.02)
        done = int(
            sum(
                sample.value
                for family in accepted.collect()
                for sample in family.samples
                if sample.name == "dunghan_mails_total" and sample.labels["outcome"] == "accepted"
            )
        )
        if done and not began:
            began, first = time.monotonic(), done
    took = time.monotonic() - began
    courier.stop()
    thread.join()
    return (MAILS - first) / took


def _options(bootstrap: str, prefix: str, server: Server) -> Options:
    return Options(
        bootstrap=bootstrap,
        prefix=prefix,
        rules=Rules("bench", _directory(MAILS), Policy()),
        smtp=server,
        letterhead=Letterhead(address="dunghan@x.vn", domain="x.vn"),
        clock=lambda: MORNING,
    )


def _directory(people: int) -> Directory:
    officers = {f"cb{n}": Officer(f"cb{n}", f"Cán bộ {n}", "xa", f"cb{n}@x.example") for n in range(people)}
    return Directory(officers=officers, units={"xa": Unit("xa", "UBND xã Nậm Vì")})


def _late(number: int, officer: str) -> Notice:
    return notice(f"{number:032x}", stage=Stage.OVERDUE, officer=officer, unit="xa", due="2020-07-08 17:00")


def _content() -> bytes:
    person = Person("cb0", "Cán bộ 0", "cb0@x.example")
    digest = compose(person, [tell(_late(0, "cb0"))], at=MORNING, policy=Policy())
    return mail_of(digest, Renderer(_directory(1)).render(digest), Letterhead(address="dunghan@x.vn")).content


def _row(name: str, value: float, against: float, unit: str) -> dict[str, str | float]:
    return {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "against": round(against, 1),
        "ratio": round(value / against, 3),
    }
