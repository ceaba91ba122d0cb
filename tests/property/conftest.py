"""How all property tests are run: a busy machine is no failure, and nothing is kept from one run to the next."""

from hypothesis import HealthCheck, settings

settings.register_profile("suite", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
