"""Facts about imports, as lines for a person or as lines of JSON.

A ``Fact`` is one line. Its ``verb`` comes first; ``step`` is the number of the step of an import
that it belongs to, 0 for none; ``depth`` says how many imports are under way around it.
"""

from __future__ import annotations

import os
import sys
from _json import encode_basestring_ascii  # json itself loads re and four more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

LEGEND = """\
Every import has five steps; a line below starts with the number of its step:
  1  look in the module cache (sys.modules)
  2  find it, asking one finder after the other, and create the module
  3  put it in the cache, before its code runs
  4  compile its source, or read its bytecode, and execute it
  5  bind a name to it in the namespace of the importer
Which names are bound is derived from the importer's bytecode: (derived).
An import that is made while another one executes is indented.
"""

_INDENT = "      "


class Fact:
    """One fact.

    Attributes:
        fields: What there is to know, such as ``{"name": "shop", "found": False}``.
    """

    __slots__ = ("depth", "fields", "step", "thread", "verb")

    def __init__(
        self, depth: int, step: int, verb: str, thread: int = 0, **fields: object
    ) -> None:
        self.depth = depth
        self.step = step
        self.verb = verb
        self.thread = thread
        self.fields = fields


def as_json(fact: Fact) -> str:
    """Return a fact as one line of JSON; times are nanoseconds, the depth counts from 0."""
    fields = {"step": fact.step or None, "verb": fact.verb, "depth": fact.depth}
    return _json({**fields, "thread": fact.thread, **fact.fields})


def _json(value: object) -> str:
    if isinstance(value, str):
        text: str = encode_basestring_ascii(value)
        return text
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(k)}: {_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_json, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def as_text(fact: Fact) -> str:
    """Return a fact as one line for a person."""
    margin = _INDENT * fact.depth
    words = _WORDS_BY_VERB[fact.verb].format_map(_Shown(fact.fields))
    if fact.verb in ("statement", "call", "done"):
        return f"{margin}{words}"
    return f"{margin}  {fact.step or '-'} {fact.verb:<8} {words}"


#: What asks for an import without a statement. A lazy name looks like it, too (PEP 810).
_CALL = "a call imports" if sys.version_info < (3, 15) else "a call or a lazy name imports"

#: What is said of each kind of fact; the names in braces are those of its fields.
_WORDS_BY_VERB: Final[Mapping[str, str]] = {
    "statement": "{file}{line:line}  {text}",
    "call": "{file}{line:line}  " + _CALL + " {name!r}",
    "look": "{name!r} {found:found}{since_start:since}{partially_initialized:partial}",
    "find": "{name!r}: {finder:finder}{declined:declined}",
    "create": "{name!r}, an object of type {kind}, from {origin}",
    "cache": "sys.modules[{name!r}]",
    "read": "the bytecode {path}, {took:ms}",
    "compile": "the source {path}, {took:ms}",
    "execute": "{name!r}, {took:ms}",
    "bind": "{bindings:bindings}{derived:derived}{note:note}",
    "attach": "{tail!r} to its package {parent!r}, as an attribute",
    "fail": "{name!r}: {error}{note:note}",
    "done": "traced {imports} imports: {executed} modules executed, {cached} imports found in the "
    "cache, {failed} failed; {took:ms}",
}


class _Shown(dict[str, object]):
    """Fields, each of which can be formatted as the words above ask for it."""

    def __init__(self, fields: dict[str, object]) -> None:
        super().__init__({name: _Value(value) for name, value in fields.items()})
        for name in ("file", "path", "origin"):
            if isinstance(fields.get(name), str):
                self[name] = _short(str(fields[name]))

    def __missing__(self, name: str) -> _Value:
        return _Value(None)


class _Value:
    def __init__(self, value: object) -> None:
        self._value = value

    def __repr__(self) -> str:
        return repr(self._value)

    def __format__(self, kind: str) -> str:
        if kind in _WORDINGS_BY_KIND:
            return _WORDINGS_BY_KIND[kind](self._value)
        return "" if self._value is None else format(self._value, kind)


#: How a field is worded, by what stands after the colon above.
_WORDINGS_BY_KIND: Final[Mapping[str, Callable[[Any], str]]] = {
    "ms": lambda took: f"{took / 1e6:.2f} ms",
    "line": lambda line: f":{line}" if line else "",
    "found": lambda found: "is in the cache" if found else "is not in the cache",
    "since": lambda since: ", since before the program began" if since else "",
    "partial": lambda partial: ", partially initialized: its code still runs" if partial else "",
    "finder": lambda finder: f"found by {finder}" if finder else "found by no finder",
    "declined": lambda names: f", not by {', '.join(names)}" if names else "",
    "derived": lambda derived: " (derived)" if derived else "",
    "note": lambda note: f"; {note}" if note else "",
    "bindings": lambda bindings: _bindings_in_words(bindings or []),
}


def _bindings_in_words(bindings: list[dict[str, str]]) -> str:
    if not bindings:
        return "nothing"
    if bindings[0]["name"] == "*":
        return f"all public names in {bindings[0]['where']}"
    words = [
        repr(binding["name"])
        if binding["name"] == binding["value"]
        else f"{binding['value']!r} as {binding['name']!r}"
        for binding in bindings
    ]
    return f"{', '.join(words)} in {bindings[0]['where']}"


def _short(file: str) -> str:
    """Return a path as seen from the working folder, if it is inside."""
    try:
        here = os.getcwd() + os.sep
    except OSError:
        return file
    return file.removeprefix(here)
