"""Standard modules that are needed long after a program's first line, loaded when first used.

``from entrepot.standard import ast`` means the standard ``ast``. ``import ast`` would mean what
the program means by it: a file of its own, perhaps, once it searches its folder first. A program
that has such files makes ``load_all`` be called before.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast as ast
    import base64 as base64
    import ctypes as ctypes
    import fcntl as fcntl
    import fnmatch as fnmatch
    import json as json
    import mmap as mmap
    import termios as termios
    import tokenize as tokenize
    import unicodedata as unicodedata
    from collections.abc import Iterable
    from importlib import util as util
    from types import ModuleType

_NAMES = (
    "ast", "base64", "ctypes", "fcntl", "fnmatch", "json", "mmap", "termios", "tokenize",
    "unicodedata", "util",
)  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "util":
        from importlib import util as module
    else:
        module = __import__(name)
    globals()[name] = module
    return module


def load_all(packages: Iterable[str]) -> None:
    """Load every one of them, and all modules of some packages of ours with what they import."""
    import pkgutil

    for name in _NAMES:
        globals().get(name) or __getattr__(name)
    for package in packages:
        folders = __import__(package, fromlist=("__path__",)).__path__
        for module in pkgutil.iter_modules(folders, f"{package}."):
            __import__(module.name)
