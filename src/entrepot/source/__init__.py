"""Text in, facts out: what a source file says, without running any of it.

Everything here is pure: the same text gives the same facts, no module is looked at, and no clock.
"""
