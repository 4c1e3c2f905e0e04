"""For all tests: what Hypothesis may take for an example.

A machine that does other things besides is no fault of the code, so there is no limit on time; speed is for `bench/`.
"""

from hypothesis import HealthCheck, settings

# On top of what Hypothesis chose by itself: in CI it always takes the same examples.
settings.register_profile("patient", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow]))
settings.load_profile("patient")
