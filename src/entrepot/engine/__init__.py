"""The import system: the algorithm of the language reference, chapter 5, as a library.

Read in this order: ``algorithm.py`` (the five steps, in one function), ``system.py`` (what
programs call), ``binding.py`` (what an import statement binds), ``finders.py``, ``loaders.py``,
``bytecode.py``, ``specs.py``, ``locks.py``; then ``takeover.py`` (in charge of the process) and
``private.py`` (beside it).
"""
