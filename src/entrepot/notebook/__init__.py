"""LIVE in notebooks: ``%load_ext entrepot``, for IPython and everything that runs its kernel.

Modules that the notebook imports are live at once; an edit is taken between two cells, told in
one line, and costs nothing while there is none.

    cells       what a cell does to the notebook's names, read from its text
    names       names taken from modules follow an edit
    saves       which files were saved since the last cell
    interrupts  a kernel interrupt never leaves half an edit
    notebook    the session: before a cell, after a cell, on a word of the magic
    extension   where IPython meets all that
"""
