"""What lies below a folder of a program, and is not installed there."""

import os

#: Folders that installers fill.
INSTALLED = ("site-packages", "dist-packages")


def is_below(file: str, folder: str) -> bool:
    """Return whether a file lies below a folder, and not in what is installed below it.

    A project's folder often has a virtual environment in it, whose packages are not the project's.

    Example:
        >>> is_below("/shop/src/cart.py", "/shop"), is_below("/shopping/cart.py", "/shop")
        (True, False)
        >>> installed = "/shop/.venv/lib/site-packages"
        >>> is_below(f"{installed}/attr.py", "/shop"), is_below(f"{installed}/attr.py", installed)
        (False, True)
    """
    folder = folder.rstrip(os.sep) + os.sep
    if not file.startswith(folder):
        return False
    between = file[len(folder) - 1 :]
    return not any(f"{os.sep}{name}{os.sep}" in between for name in INSTALLED)
