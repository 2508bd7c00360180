"""What every test runs under."""

import os

from hypothesis import settings

# Time limits are off: a slow machine is no defect. In CI the same examples run every time, so
# that a red run is the change's and not chance's.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
