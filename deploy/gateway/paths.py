"""The paths of the gateway."""

from typing import Final

EVENTS: Final = "/events"
BINARY: Final = "/events/binary"
"""The same, for binary mode alone: OpenAPI cannot say that one kind of body needs headers that another does not."""
DOSSIERS: Final = "/national/DongBoHoSoMC"
HEALTH: Final = "/healthz"
READY: Final = "/readyz"
METRICS: Final = "/metrics"
DOCUMENT: Final = "/openapi.json"
