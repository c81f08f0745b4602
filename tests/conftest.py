"""What all tests share: settings of hypothesis, and the page of the soak tests.

The tests of a commit must not pass one day and fail the next: hypothesis derives its
examples from the test itself. `make soak` draws new ones (`--hypothesis-profile`).
"""

from hypothesis import settings

import pipeline  # noqa: F401  # before NumPy, for what it says to BLAS
from tests.soak.page import measured, pytest_sessionfinish  # noqa: F401

settings.register_profile("steady", derandomize=True, print_blob=True)
settings.load_profile("steady")
