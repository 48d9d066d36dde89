"""Meets the mail server without sending anything: TLS, login, farewell."""

import asyncio
import contextlib

import msgspec

from alerts.mailer import FAILURES, Connection
from alerts.server import Server


class Greeted(msgspec.Struct, frozen=True):
    """What came of it: `refused` says why we were not let in, empty where we were; the server's certificate (DER)."""

    refused: str = ""
    certificate: bytes | None = None


def greeted(server: Server) -> Greeted:
    """Connect, secure and log in as the courier does, and leave."""
    return asyncio.run(_greeted(server))


async def _greeted(server: Server) -> Greeted:
    connection = Connection(server)
    try:
        await connection.connect()
    except FAILURES as failure:
        connection.close()
        return Greeted(refused=f"{type(failure).__name__}: {failure}")
    certificate = None
    try:
        with contextlib.suppress(*FAILURES):
            encrypted = connection.get_transport_info("ssl_object")
            certificate = None if encrypted is None else encrypted.getpeercert(binary_form=True)
            await connection.quit()
    finally:
        connection.close()
    return Greeted(certificate=certificate)
