"""The module cache of a private system: one entry for each module, under two names.

Code of a private system ``a`` may write ``sys.modules["shop"]`` or, since its ``__name__`` is
``a:shop``, ``sys.modules[__name__]``; both mean one entry, whose key is ``shop``. What changes
here changes in the process's ``sys.modules``, under ``a:shop``, where pickle, dataclasses, typing
and C look modules up.
"""

from __future__ import annotations

import sys
from typing import Any, Self

_ABSENT: Any = object()


class PrivateCache(dict[str, Any]):
    """A dict of modules whose keys may be written with the system's prefix.

    Reading an entry by its plain name costs what it costs in any dict.

    Args:
        prefix: The system's name and a colon, such as ``a:``.

    Example:
        >>> cache = PrivateCache("doc:")
        >>> cache["doc:greeting"] = "Hello"
        >>> cache["greeting"], cache["doc:greeting"], list(cache), sys.modules["doc:greeting"]
        ('Hello', 'Hello', ['greeting'], 'Hello')
        >>> del cache["greeting"]
        >>> "doc:greeting" in sys.modules
        False
    """

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix

    def share(self, name: str, module: Any) -> None:
        """Put in a module of the process: it is not to be registered there a second time."""
        super().__setitem__(name, module)

    def plain(self, name: Any) -> Any:
        """Return a key without the prefix."""
        return name.removeprefix(self.prefix) if isinstance(name, str) else name

    # What a dict has, for both spellings of a key

    def __missing__(self, name: Any) -> Any:
        plain = self.plain(name)
        if plain != name and dict.__contains__(self, plain):
            return dict.__getitem__(self, plain)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(self.plain(name))

    def get(self, name: Any, default: Any = None) -> Any:
        """Return an entry, or the default."""
        return super().get(self.plain(name), default)

    def __setitem__(self, name: Any, module: Any) -> None:
        plain = self.plain(name)
        super().__setitem__(plain, module)
        if isinstance(plain, str):
            sys.modules[self.prefix + plain] = module

    def __delitem__(self, name: Any) -> None:
        plain = self.plain(name)
        if not super().__contains__(plain):
            raise KeyError(name)
        super().__delitem__(plain)
        if isinstance(plain, str):
            sys.modules.pop(self.prefix + plain, None)

    def pop(self, name: Any, default: Any = _ABSENT) -> Any:
        """Take an entry out and return it, or the default.

        Raises:
            KeyError: There is none, and no default.
        """
        module = self.get(name, _ABSENT)
        if module is not _ABSENT:
            del self[name]
        elif default is _ABSENT:
            raise KeyError(name)
        else:
            module = default
        return module

    def popitem(self) -> tuple[str, Any]:
        """Take out the entry that was put in last."""
        for name in reversed(self):
            return name, self.pop(name)
        raise KeyError("popitem(): dictionary is empty")

    def setdefault(self, name: Any, default: Any = None) -> Any:
        """Return an entry, after putting the default in if there is none."""
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, *others: Any, **named: Any) -> None:
        """Put in the entries of a mapping or of pairs."""
        for name, module in dict(*others, **named).items():
            self[name] = module

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]
        self.update(other)
        return self

    def clear(self) -> None:
        """Take everything out."""
        for name in list(self):
            del self[name]
