"""Which files are installed, and which are somebody's own: only these are kept live by themselves.

*Installed* is what a package manager put below ``site-packages`` or ``dist-packages``, the
standard library, and entrepot. A package installed editable stands where its author writes it, so
it is its author's own.
"""

from __future__ import annotations

import os
import sysconfig

_INSTALLED_BELOW = frozenset({"site-packages", "dist-packages"})


class Installed:
    """Tells installed files from others: ``Installed()("/app/shop.py")`` is ``False``."""

    __slots__ = ("_below",)

    def __init__(self) -> None:
        ours = __file__.rpartition(os.sep + "reloading")[0]
        paths = sysconfig.get_paths()
        folders = {ours, *(paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))}
        folders |= {os.path.realpath(folder) for folder in folders}
        self._below = tuple(folder + os.sep for folder in folders)

    def __call__(self, file: str) -> bool:
        """Return whether an absolute file is installed.

        Example:
            >>> is_installed = Installed()
            >>> is_installed(os.__file__), is_installed("/srv/shop/cart.py")
            (True, False)
        """
        if file.startswith(self._below):
            return True
        return file.startswith("<") or any(
            f"{os.sep}{d}{os.sep}" in file for d in _INSTALLED_BELOW
        )
