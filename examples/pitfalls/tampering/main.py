"""Modifying sys.modules: whatever stands there is what an import returns."""

import sys

sys.modules["fake_module"] = "Hello"
import fake_module  # noqa: E402

print(fake_module)
