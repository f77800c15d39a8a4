"""The command line: ``entrepot run``, ``entrepot trace``.

Read in this order: ``main.py`` (which command), ``run.py`` (its words), ``targets.py`` (what
``python`` would do with the target), ``handover.py`` (starting a program with no frame of ours
below it); then ``tracing.py`` and the files it names.

Everything on the way to a program's first line imports as little as it can, for the program finds
in ``sys.modules`` what we import; ``aside.py`` makes room where it has files of such names.
"""
