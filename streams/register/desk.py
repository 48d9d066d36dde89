"""What everybody who works at one partition of the register has before him."""

from typing import NamedTuple

from streams.metrics import RegisterMetrics
from streams.register.clerk import Clerk
from streams.register.page import Page
from streams.register.shelf import Shelf


class Desk(NamedTuple):
    """Who judges, where the dossiers lie, the page that is being written, the figures."""

    clerk: Clerk
    shelf: Shelf
    page: Page
    metrics: RegisterMetrics
