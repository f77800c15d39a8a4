"""The hacked reload: del sys.modules makes a second module, and others keep the first."""

import sys

import bar
import foo

del sys.modules["foo"]
import foo  # noqa: E402, F811

print("the same module:", foo is bar.foo)
