"""The import system: the algorithm of the language reference, chapter 5, as a library.

Read in this order: ``system.py`` (the state, and the five steps in order in one function),
``binding.py`` (what an import statement binds), ``finders.py``, ``loaders.py``, ``bytecode.py``,
``specs.py``, ``locks.py``; then ``takeover.py`` (in charge of the process) and ``private.py``
(beside it).
"""
