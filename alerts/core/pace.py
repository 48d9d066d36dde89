"""How fast mails may go out: a token bucket for all of them, and one for each domain that asks for its own pace."""

from collections.abc import Mapping
from typing import Final

import msgspec

EVERYBODY: Final = ""
"""The bucket that every mail takes a token from."""


class Rates(msgspec.Struct, frozen=True):
    """Mails a second, for all together and by domain (lower case); 0 or not named: as fast as the server takes them."""

    per_second: float = 0.0
    domains: Mapping[str, float] = {}

    def domain_of(self, address: str) -> str:
        """Return the address's domain where it has a pace of its own, else an empty string."""
        domain = address.rpartition("@")[2].lower()
        return domain if self.domains.get(domain) else EVERYBODY


class Paces:
    """The buckets; each holds at most one second's tokens, at least one, and is full at first."""

    def __init__(self, rates: Rates) -> None:
        """Fill them."""
        named = {EVERYBODY: rates.per_second, **rates.domains}
        self._rates = {name: rate for name, rate in named.items() if rate > 0}
        self._tokens = {name: max(1.0, rate) for name, rate in self._rates.items()}
        self._filled_at = dict.fromkeys(self._rates, 0.0)

    def wait(self, domain: str, now: float) -> float:
        """Return for how many seconds a mail to this domain must wait; 0 takes its tokens. `now` is in seconds."""
        names = [name for name in {EVERYBODY, domain} if name in self._rates]
        longest = 0.0
        for name in names:
            self._fill(name, now)
            longest = max(longest, (1.0 - self._tokens[name]) / self._rates[name])
        if longest <= 0:
            for name in names:
                self._tokens[name] -= 1.0
        return max(0.0, longest)

    def _fill(self, name: str, now: float) -> None:
        rate = self._rates[name]
        gained = (now - self._filled_at[name]) * rate if self._filled_at[name] else 0.0
        self._tokens[name] = min(max(1.0, rate), self._tokens[name] + gained)
        self._filled_at[name] = now
