"""What the second pair of eyes says after a storm: how much of what the topics hold does not follow from the log."""

import sys

from deploy import clock
from deploy.rulebook import load_rulebook
from deploy.verify.whole import Source, verified


def unlike(bootstrap: str, prefix: str, *, replay: bool = False) -> int:
    """Run everything again and return how many differences there are; the first are printed."""
    rules = load_rulebook()
    source = Source(bootstrap, prefix, rules, replay)
    result = verified(source, now=clock.now())
    for one in list(result.found)[:5]:
        print(f"  {one}", file=sys.stderr)
    unanswered = result.reached - result.answered
    return len(result.found) + unanswered
