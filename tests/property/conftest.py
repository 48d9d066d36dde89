"""Profiles of hypothesis: 200 examples of each law by default, 10,000 with `HYPOTHESIS_PROFILE=law`."""

import os

from hypothesis import HealthCheck, settings

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile("quick", max_examples=200, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.register_profile("law", max_examples=10_000, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))  # noqa: TID251 - chosen from outside the run
