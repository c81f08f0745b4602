"""The builders of tests/loaded.py under their former name."""

from tests.loaded import assumed, models, record, state

__all__ = ["assumed", "models", "record", "state"]
