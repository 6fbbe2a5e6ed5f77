"""How hard hypothesis tries: `ci` by default, `HDMF_IO_HYPOTHESIS=thorough` for a long search."""

import os

from hypothesis import HealthCheck, settings

# Files are slow compared with what hypothesis expects of one example.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=40, suppress_health_check=_SLOW
)
settings.register_profile("thorough", deadline=None, max_examples=3000, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HDMF_IO_HYPOTHESIS", "ci"))
