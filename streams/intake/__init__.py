"""From what was sent to what is evidence: check, scrub, stamp the arrival, key."""
