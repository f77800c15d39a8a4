"""What pytest leaves alone."""

#: Adapters for harnesses that are no part of this repository: they import what only those have.
collect_ignore = ["adapters"]
