"""Whether the running program equals a restart: the proof that LIVE is held against.

``snapshot`` turns loaded modules into plain data, ``compare`` tells two such apart, ``fresh``
makes one in a new process, and ``verify`` puts them together. Nothing here knows how a reload is
done: what patches a program may not be what judges it.
"""
