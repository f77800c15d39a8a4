"""Assuming imports are stateless: a module's state is shared, a name taken from it is a copy."""

import settings
from settings import DEBUG

settings.DEBUG = True
print("settings.DEBUG:", settings.DEBUG, "DEBUG:", DEBUG)
