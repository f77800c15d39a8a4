"""What the session knows of objects that an edit took away with their names.

A base holds what it knows: an object that nobody else holds would never be gone, nor would its
class, which says of itself that it is derived from another one. So with the names that nothing
binds any more what they led to is forgotten, as far as nobody else holds it.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import is_a, module_of
from .base import Base, data_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .revision import Record

#: The references of the base, and of who counts: by its name, and as an argument.
_COUNTING = 3


class Leaving:
    """What is to be forgotten when an edit is committed; holds nothing of it.

    Args:
        base: Of the session.
        values: What names led to that nothing binds any more.
        gone: Modules whose files are gone: what only these hold goes with them.
    """

    def __init__(self, base: Base, values: Iterable[Any], gone: Iterable[Record] = ()) -> None:
        self._base = base
        self._gone = list(gone)
        names = {record.name for record in gone}
        found = Base(lambda cls: base.is_managed_class(cls) or module_of(cls) in names)
        found.take([*values, *(one for record in gone for one in record.namespace.values())])
        self._keys = [key for key in found.contents if key in base.contents]

    def forget(self) -> None:
        """Forget what only the base holds, and then what only that held."""
        parts: Counter[int] = Counter()
        for record in self._gone:
            record.base.clear()
            parts.update(map(id, _parts_of(record)))
        self._gone.clear()
        is_more = True
        while is_more:
            held = [key for key in self._keys if not self._is_left(key, parts[key])]
            is_more = len(held) < len(self._keys)
            self._base.drop([key for key in self._keys if key not in set(held)])
            self._keys = held

    def _is_left(self, key: int, parts: int) -> bool:
        content = self._base.contents.get(key)
        if content is None:
            return True
        owner = content.owner
        return not is_a(owner, type) and sys.getrefcount(owner) <= _COUNTING + parts


def _parts_of(record: Record) -> Iterator[Any]:
    """Yield what a module's names hold, its functions and classes too, as often as they do."""
    for value in record.namespace.values():
        yield value
        is_own = is_a(value, type) and module_of(value) == record.name
        for member in (value, *(data_of(value).values() if is_own else ())):
            if member is not value:
                yield member
            if type(member) is FunctionType and member.__globals__ is record.namespace:
                for part in gc.get_referents(member):
                    yield from part if type(part) is tuple else (part,)
                    if type(part) is CellType:
                        yield from gc.get_referents(part)
