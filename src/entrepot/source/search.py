"""The smallest change that helps: proposed, applied to the texts, rehearsed, and then told.

Proposals come from the statements on the way from the module that does not have the name yet to
the statement that needs it: each link of the chain can be cut. A proposal counts only if a
rehearsal of the changed texts gets to its end. When it gets on to another missing name, the
search goes on from there, so that one remedy may hold changes for two.
"""

from __future__ import annotations

import ast
from difflib import SequenceMatcher
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from .deferring import put_off, short
from .extracting import Taken, extracted
from .missing import Link, Missing, absolute
from .moving import binding_statements, reordered, statement_at
from .outline import ModuleSource, statements_at_import
from .redirecting import as_written, definer, redirected
from .rehearsal import Rehearsal
from .remedy import Change, Remedy, changed_texts, lines_of
from .text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .rehearsal import Acted, Provider

    #: Rehearses a program on texts; returns what is missing, None if nothing.
    Start = Callable[[Rehearsal], Missing | None]

_MOST_REHEARSALS = 150
_MOST_STEPS = 3


class Changed:
    """A provider whose texts are changed.

    Attributes:
        texts_by_file: The new texts.
        new_files_by_module: The files that are new, such as ``{"shop.rate": "/shop/rate.py"}``.
    """

    def __init__(
        self,
        provider: Provider,
        main: ModuleSource | None,
        before: dict[str, ModuleSource],
    ) -> None:
        self._provider = provider
        self._main = main
        self._before = before
        self._made_by_key: dict[tuple[str, str], ModuleSource] = {}
        self.texts_by_file: dict[str, str] = {}
        self.new_files_by_module: dict[str, str] = {}

    def __call__(self, name: str) -> ModuleSource | None:
        """Return a module's source, changed or as it is."""
        file = self.new_files_by_module.get(name)
        if file is not None and file in self.texts_by_file:
            return self._made(ModuleSource(name, Text(file, b""), is_package=False))
        source = self._main if name == "__main__" else self._provider(name)
        return None if source is None else self._made(source)

    def source_at(self, link: Link) -> ModuleSource | None:
        """Return the source of the module that a link is in."""
        return self(link.module)

    def text_of(self, file: str) -> str:
        """Return a file's text before the changes, ``""`` for a new one."""
        for source in self._before.values():
            if source.file == file:
                return source.text.source
        return ""

    def names_before(self) -> dict[str, set[str]]:
        """Return the names that the changed modules bound before."""
        return {
            name: set(source.outline.lines_by_name)
            for name, source in self._before.items()
            if source.file in self.texts_by_file
        }

    def _made(self, source: ModuleSource) -> ModuleSource:
        if source.file not in self.new_files_by_module.values():
            self._before.setdefault(source.name, source)
        text = self.texts_by_file.get(source.file)
        if text is None:
            return source
        key = source.name, source.file
        if key not in self._made_by_key:
            self._made_by_key[key] = source.with_text(Text(source.file, text.encode()))
        return self._made_by_key[key]


class State:
    """Some texts, how they came about, and what they cost.

    Attributes:
        texts: The new texts by file.
        steps: The remedies that were applied, in order.
        modules: The files of modules that were made, by the modules' names.
    """

    def __init__(self, texts: dict[str, str], steps: list[Remedy], cost: float) -> None:
        self.texts = texts
        self.steps = steps
        self.cost = cost
        self.modules: dict[str, str] = {}

    def then(self, remedy: Remedy, provider: Changed) -> State | None:
        """Return the state after one more remedy; None if it does not fit."""
        current = dict(self.texts)
        for change in remedy.changes:
            if change.file not in current:
                current[change.file] = provider.text_of(change.file)
        try:
            new = changed_texts(current, remedy.changes)
            for file, text in new.items():
                compile(text, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except (ValueError, SyntaxError):
            return None
        state = State({**self.texts, **new}, [*self.steps, remedy], self.cost + remedy.cost)
        state.modules = dict(self.modules)
        return state

    def as_remedy(self, original: Changed) -> Remedy:
        """Return the steps as one remedy, for the texts as they were."""
        if len(self.steps) == 1:
            return self.steps[0]
        says = "; and ".join(step.says for step in self.steps)
        changes: list[Change] = []
        for file, text in self.texts.items():
            changes += differences(file, original.text_of(file), text)
        return Remedy(self.steps[0].how, says, changes, self.cost)


class Search:
    """Looks for the cheapest changes after which a program's imports get to their end.

    Args:
        provider: Gives the modules' texts.
        start: Rehearses the program.
        main: The file that is run as a program, if any.
        seen_by_line: What calls were seen to import, see `Rehearsal`.
    """

    def __init__(
        self,
        provider: Provider,
        start: Start,
        main: ModuleSource | None = None,
        seen_by_line: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self.provider = provider
        self.start = start
        self.main = main
        self.seen_by_line = seen_by_line
        self._rehearsals_left = _MOST_REHEARSALS
        self._before: dict[str, ModuleSource] = {}

    def remedies(self, missing: Missing, most: int = 1) -> list[Remedy]:
        """Return the cheapest remedies that help, at most so many."""
        return list(self._found(State({}, [], 0), missing, most))

    def completed(
        self, remedy: Remedy, new_files_by_module: Mapping[str, str] | None = None
    ) -> Remedy | None:
        """Return a remedy with what more is needed; None if no end was found."""
        self._read_texts()
        state = State({}, [], 0).then(remedy, self._changed(State({}, [], 0)))
        if state is not None:
            state.modules.update(new_files_by_module or {})
        missing = self._rehearsed(state) if state is not None else None
        if state is None or missing is None:
            return remedy
        return next(self._found(state, missing, 1), None)

    def _read_texts(self) -> None:
        """Have the texts at hand that a remedy may change."""
        self.start(Rehearsal(self._changed(State({}, [], 0)), None, self.seen_by_line))

    def _found(self, first: State, missing: Missing, most: int) -> Iterator[Remedy]:
        waiting: list[tuple[float, int, State, Missing]] = []
        seen: set[frozenset[tuple[str, str]]] = set()
        numbers = count()

        def expand(state: State, missing: Missing) -> None:
            changed = self._changed(state)
            for remedy in self._proposals(changed, state, missing):
                following = state.then(remedy, changed)
                key = frozenset(following.texts.items()) if following is not None else None
                if following is not None and key is not None and key not in seen:
                    seen.add(key)
                    heappush(waiting, (following.cost, next(numbers), following, missing))

        expand(first, missing)
        while waiting and most and self._rehearsals_left:
            _cost, _number, state, before = heappop(waiting)
            self._rehearsals_left -= 1
            after = self._rehearsed(state)
            if after is None:
                most -= 1
                yield self._told(state)
            elif _is_further(before, after) and len(state.steps) < _MOST_STEPS:
                expand(state, after)

    def _changed(self, state: State) -> Changed:
        changed = Changed(self.provider, self.main, self._before)
        changed.texts_by_file = state.texts
        changed.new_files_by_module = state.modules
        return changed

    def _rehearsed(self, state: State) -> Missing | None:
        changed = self._changed(state)
        known = changed.names_before()
        rehearsal = Rehearsal(changed, known, self.seen_by_line)
        missing = self.start(rehearsal)
        return missing or _still_asked_for(rehearsal, known)

    def _told(self, state: State) -> Remedy:
        remedy = state.as_remedy(self._changed(State({}, [], 0)))
        remedy.is_tried = True
        return remedy

    # proposals

    def _proposals(self, provider: Changed, state: State, missing: Missing) -> Iterator[Remedy]:
        links = _from_owner(missing)
        importer = provider.source_at(missing.chain[-1])
        if not links or importer is None:
            return
        for link in reversed(links):
            source = provider.source_at(link)
            for node in _imports_at(source, link.line) if source is not None else ():
                if source is None:
                    continue
                yield from put_off(source, node)
                if isinstance(node, ast.ImportFrom):
                    names = {missing.name} if link is links[-1] else {a.name for a in node.names}
                    yield from redirected(provider, source, node, names)
        owner = provider.source_at(links[0])
        if owner is None:
            return
        binders = self._binders(provider, owner, missing.name)
        yield from reordered(owner, links[0].line, missing.name, binders)
        taken = Taken([missing.name], missing.kind, missing.chain[-1].line)
        for above, below, what in [(owner, importer, taken), *_taken(provider, links)]:
            for remedy, module, file in extracted(provider, above, below, what):
                state.modules[module] = file
                yield remedy
        if missing.kind == "name":
            yield from _beside_star(provider, importer, missing)

    def _binders(self, provider: Changed, owner: ModuleSource, name: str) -> list[ast.stmt]:
        binders = binding_statements(owner, name)
        for module, level, line in owner.outline.stars:
            origin = absolute(module, level, owner.package)
            other = provider(origin) if origin else None
            statement = statement_at(owner, line)
            names = Rehearsal(provider).names_of(other) if other is not None else ()
            if name in names and statement is not None:
                binders.append(statement)
        return sorted(binders, key=lambda s: s.lineno)


def _from_owner(missing: Missing) -> list[Link]:
    """Return the links from the module that does not have the name to where it is needed."""
    for position in range(len(missing.chain) - 1, -1, -1):
        link = missing.chain[position]
        if link.module == missing.imported and link.function == "<module>":
            return missing.chain[position:]
    return []


def _taken(
    provider: Changed, links: list[Link]
) -> Iterator[tuple[ModuleSource, ModuleSource, Taken]]:
    """Yield what each link before the last takes from a module by a from-import."""
    for link in links[:-1]:
        importer = provider.source_at(link)
        for node in _imports_at(importer, link.line) if importer is not None else ():
            if not isinstance(node, ast.ImportFrom) or importer is None:
                continue
            module = absolute(node.module or "", node.level, importer.package)
            owner = provider(module) if module else None
            names = [alias.name for alias in node.names]
            if owner is not None and "*" not in names:
                yield owner, importer, Taken(names, "import", link.line)


def _imports_at(source: ModuleSource, line: int) -> list[ast.Import | ast.ImportFrom]:
    """Return the import statement at a line, unless it is in a function already."""
    return [
        node
        for node in statements_at_import(source.tree.body)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and node.lineno <= line <= (node.end_lineno or 0)
    ]


def _beside_star(provider: Changed, importer: ModuleSource, missing: Missing) -> Iterator[Remedy]:
    """Yield the remedy that imports a name beside a star import that does not bring it yet."""
    home = definer(provider, missing.imported, missing.name)
    if home is None or home[0] in (missing.imported, importer.name):
        return
    for module, level, line in importer.outline.stars:
        if absolute(module, level, importer.package) == missing.imported:
            origin = as_written(home[0], importer, is_relative=bool(level))
            new = f"from {origin} import {home[1]}\n"
            says = f"import {missing.name!r} from {home[0]!r}, where it is defined, too"
            change = Change(importer.file, line + 1, line, "", new)
            yield Remedy("direct", f"{says} ({short(importer.file)}:{line})", [change], 1.5)


def _is_further(before: Missing, after: Missing) -> bool:
    return (before.kind, before.imported, before.name, before.chain[-1].module) != (
        after.kind,
        after.imported,
        after.name,
        after.chain[-1].module,
    )


def _still_asked_for(rehearsal: Rehearsal, known: dict[str, set[str]]) -> Missing | None:
    """Return a name that a changed module has no more and that other modules' functions use."""
    gone: dict[str, set[str]] = {}
    for module, names in known.items():
        acted = rehearsal.acted_by_name.get(module)
        if acted is not None and not rehearsal.may_have_unseen(acted):
            gone[module] = names - rehearsal.names_of(acted.source) - set(acted.values_by_name)
    for acted in list(rehearsal.acted_by_name.values()) if any(gone.values()) else ():
        for module, name, line in _asked_for(acted):
            if name in gone.get(module, ()) and module != acted.source.name:
                link = Link(acted.source.name, acted.source.file, line)
                return Missing("attribute", module, name, [link])
    return None


def _asked_for(acted: Acted) -> Iterator[tuple[str, str, int]]:
    """Yield what a module's text asks other modules for: module, name, line."""
    for node in ast.walk(acted.source.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            value = acted.values_by_name.get(node.value.id)
            if isinstance(value, tuple) and value[0] == "module":
                yield value[1], node.attr, node.lineno
        elif isinstance(node, ast.ImportFrom):
            module = absolute(node.module or "", node.level, acted.source.package)
            for alias in node.names if module else ():
                yield module or "", alias.name, node.lineno


def differences(file: str, old: str, new: str) -> Iterator[Change]:
    r"""Yield the changes that make one text another.

    Example:
        >>> list(differences("f.py", "a\nb\n", "a\nc\n"))
        [Change('f.py', 2, 2, 'b\n', 'c\n')]
    """
    olds, news = lines_of(old), lines_of(new)
    for tag, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Change(file, a + 1, b, "".join(olds[a:b]), "".join(news[c:d]))
