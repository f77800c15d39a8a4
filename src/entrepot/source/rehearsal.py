"""A rehearsal: what importing some modules would do, followed in their texts without running them.

The modules' statements are walked in the order in which they would run: an import goes into the
module that it names, a call goes into a function of these modules, and the names that are bound
so far are kept. Where a name is needed that is not there yet, the rehearsal ends with a
``Missing``: what a circular import fails by.

It follows what decides about imports and leaves out the rest. Both branches of an ``if`` are
walked when its condition is not known, a loop once; objects other than modules, functions and
classes are not known, and nothing is said about them. Names of modules for which there is no text
(the standard library, say) are never missing.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from entrepot.names import parent_of, tail_of

from .missing import Link, Missing, Stopped, absolute
from .walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from .expressions import Expressions
    from .outline import ModuleSource

    #: Returns the source of a module by its absolute name, None if it is not followed.
    Provider = Callable[[str], ModuleSource | None]

#: What a name may lead to, as far as it is followed: ("module", name), ("function", module, node),
#: ("class", module, node), ("instance", module, node), ("lazy", module, name); None is anything.
Value = Any

_BUILTINS = frozenset((*dir(builtins), "__file__", "__path__", "__builtins__"))
MODULE_NAMES = frozenset({"__name__", "__doc__", "__package__", "__loader__", "__spec__",
                          "__file__", "__cached__", "__annotations__", "__dict__",
                          "__class__"})  # fmt: skip


class Acted:
    """One module as the rehearsal has it.

    Attributes:
        values_by_name: What is bound so far.
        is_running: Whether its statements are being walked.
        stars: The modules that it star-imported so far.
    """

    def __init__(self, source: ModuleSource) -> None:
        self.source = source
        self.values_by_name: dict[str, Value] = {}
        self.is_running = True
        self.stars: list[str] = []


class Rehearsal:
    """Follows imports; ``start`` may be called for one module after the other.

    Args:
        provider: Gives the texts.
        known_by_module: Names that a module binds somewhere, for texts that were changed: there
            a name that is bound no more is missing, and not just unknown.
        seen_by_line: What calls were seen to import which no text tells, by the file and the
            text of their line, such as ``{("/shop.py", "load_plugins()"): "shop.tea"}``.
    """

    def __init__(
        self,
        provider: Provider,
        known_by_module: Mapping[str, Collection[str]] | None = None,
        seen_by_line: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self.provider = provider
        self.known_by_module = known_by_module or {}
        self.seen_by_line = seen_by_line or {}
        self.acted_by_name: dict[str, Acted] = {}
        self.walks: list[Expressions] = []
        self.steps_left = 400_000
        #: How many modules were walked, in copies too.
        self.spent: list[int] = [0]

    def start(self, name: str) -> Missing | None:
        """Import a module; return what is missing for it, None if it gets to its end."""
        return self._followed(lambda: self.ensure(name))

    def start_main(self, source: ModuleSource) -> Missing | None:
        """Run a file as a program."""
        return self._followed(lambda: self._act(source))

    def copy(self) -> Rehearsal:
        """Return a rehearsal that goes on from here without changing this one."""
        other = Rehearsal(self.provider, self.known_by_module, self.seen_by_line)
        other.spent = self.spent
        for name, acted in self.acted_by_name.items():
            twin = other.acted_by_name[name] = Acted(acted.source)
            twin.values_by_name = dict(acted.values_by_name)
            twin.stars, twin.is_running = list(acted.stars), acted.is_running
        return other

    def _followed(self, follow: Callable[[], object]) -> Missing | None:
        try:
            follow()
        except Missing as missing:
            return missing
        except (Stopped, SyntaxError, ValueError, RecursionError):
            self.walks.clear()
        return None

    # modules

    def ensure(self, name: str) -> bool:
        """Have a module and its packages imported; return whether it is one that is followed."""
        if name in self.acted_by_name:
            return True
        if parent_of(name):
            self.ensure(parent_of(name))
            if name in self.acted_by_name:
                return True
        source = self.provider(name)
        if source is None:
            return False
        self._act(source)
        parent = self.acted_by_name.get(parent_of(name))
        if parent is not None:
            parent.values_by_name[tail_of(name)] = ("module", name)
        return True

    def _act(self, source: ModuleSource) -> None:
        tree = source.tree
        self.spent[0] += 1
        acted = self.acted_by_name[source.name] = Acted(source)
        walk = Walk(self, acted)
        self.walks.append(walk)
        try:
            walk.body(tree.body)
        except Missing:
            del self.acted_by_name[source.name]
            raise
        finally:
            self.walks.pop()
            acted.is_running = False

    def follow_seen(self, source: ModuleSource, line: int) -> None:
        """Import what a call on this line was seen to import, if anything."""
        if not self.seen_by_line:
            return
        lines = source.text.lines
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        name = self.seen_by_line.get((source.file, text))
        if name is not None:
            self.ensure(name)

    def missing(self, kind: str, imported: str, name: str) -> Missing:
        """Return the failure of the place that is being walked."""
        chain = [
            Link(w.acted.source.name, w.acted.source.file, w.line, w.function) for w in self.walks
        ]
        return Missing(kind, imported, name, chain)

    # names

    def attribute(self, module: str, name: str, kind: str = "attribute") -> Value:
        """Return what an attribute of a module leads to.

        Raises:
            Missing: It is not there.
        """
        acted = self.acted_by_name.get(module)
        if acted is None or name in MODULE_NAMES:
            return None
        if name in acted.values_by_name:
            return self.forced(acted, name)
        if kind == "import":
            submodule = f"{module}.{name}"
            if self.ensure(submodule):
                return ("module", submodule)
        if self.may_have_unseen(acted):
            return None
        if acted.is_running or kind == "import" or self._was_known(acted, name):
            if not acted.is_running and name in acted.source.outline.lines_by_name:
                return None  # bound under a condition
            raise self.missing(kind, module, name)
        return None

    def forced(self, acted: Acted, name: str) -> Value:
        """Return what a name leads to; a lazy one is imported now."""
        value = acted.values_by_name[name]
        if isinstance(value, tuple) and value[0] == "lazy":
            acted.values_by_name[name] = None
            value = self.imported(value[1], value[2])
            acted.values_by_name[name] = value
        return value

    def imported(self, module: str, name: str | None) -> Value:
        """Return what ``from module import name`` binds, or the module itself for None."""
        if not self.ensure(module):
            # A submodule of what is not followed may be followed itself: a namespace package's.
            if name is not None and self.ensure(f"{module}.{name}"):
                return ("module", f"{module}.{name}")
            return None
        return ("module", module) if name is None else self.attribute(module, name, "import")

    def global_name(self, acted: Acted, name: str) -> Value:
        """Return what a global name leads to.

        Raises:
            Missing: It is not there, and a star import or a later statement would have bound it.
        """
        if name in acted.values_by_name:
            return self.forced(acted, name)
        if name in _BUILTINS or name in MODULE_NAMES or self.may_have_unseen(acted):
            return None
        for star in acted.stars:
            source = self.acted_by_name[star].source if star in self.acted_by_name else None
            if source is not None and name in self.names_of(source):
                raise self.missing("name", star, name)
        if name in acted.source.outline.lines_by_name or self._was_known(acted, name):
            raise self.missing("name", acted.source.name, name)
        return None

    def may_have_unseen(self, acted: Acted) -> bool:
        """Tell whether a module may have names that its text does not show."""
        outline = acted.source.outline
        if outline.has_getattr or outline.is_dynamic:
            return True
        for module, level, _line in outline.stars:
            name = absolute(module, level, acted.source.package)
            if name is None or self.provider(name) is None:
                return True
        return False

    def names_of(self, source: ModuleSource, seen: Iterable[str] = ()) -> set[str]:
        """Return the names that a module's statements may bind, star imports followed."""
        names = set(source.outline.lines_by_name)
        for module, level, _line in source.outline.stars:
            name = absolute(module, level, source.package)
            other = self.provider(name) if name and name not in seen else None
            if other is not None:
                names |= self.names_of(other, (*seen, source.name))
        return names

    def _was_known(self, acted: Acted, name: str) -> bool:
        return name in self.known_by_module.get(acted.source.name, ())

    def spend(self) -> None:
        """Count a step; a rehearsal that finds no end is given up.

        Raises:
            Stopped: There were too many.
        """
        self.steps_left -= 1
        if self.steps_left < 0:
            raise Stopped
