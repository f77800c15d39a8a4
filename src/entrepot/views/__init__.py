"""What happened, and how things stand, for people: builders compute, writers only word it.

``recording.py`` collects what the engine tells of a run, ``tree.py`` makes a tree of timed imports
of it, ``why.py`` tells how one module came in (``why_loaded.py`` without a recording),
``description.py`` everything about one module, ``doctor.py`` what is wrong with the modules of a
process, ``explaining.py`` why an import failed, ``cycles.py`` where imports go around in a circle.
The writers: ``tree_text.py`` for the terminal, ``tree_json.py``, ``profiles.py`` for the viewers
of others (speedscope, Perfetto, ``-X importtime``), ``page.py`` for the browser.

After a program has run, its folder is still the first on ``sys.path`` and may hold a ``json.py``
of its own: the writers import nothing that is not in the interpreter itself.
"""
