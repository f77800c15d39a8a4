"""LIVE: an edit reaches the running program.

The data flows one way:

    edit -> diff -> plan -> patch -> report

``edit`` is new text for files; ``diff`` matches its statements with those that run; ``plan`` says
which statements run again and why; the patch changes live objects through the ``journal``, which
can undo all of it; ``report`` tells what was done.
"""
