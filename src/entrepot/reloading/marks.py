"""How a program steers: names and comments that say what runs again and what does not.

* ``# reload: keep`` on a line of a statement, or its names in the module's ``__entrepot_keep__``:
  it runs again only when it is edited itself;
* ``# reload: always``, or its names in ``__entrepot_rerun__``: it runs again with every edit of
  its module, and may start what a restart would start.
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from .attributes import is_a

if TYPE_CHECKING:
    from entrepot.source.text import Text

    from .revision import LiveStatement, Record

KEEP = "keep"
ALWAYS = "always"
_COMMENT = re.compile(r"#\s*reload:\s*(keep|always)\b")
_NAMES = (("__entrepot_keep__", KEEP), ("__entrepot_rerun__", ALWAYS))


def has_marks(text: Text, record: Record) -> bool:
    """Return whether some statement of a module may be marked."""
    names = record.namespace.keys()
    return "reload:" in text.source or any(name in names for name, _ in _NAMES)


def mark_of(live: LiveStatement) -> str | None:
    """Return ``"keep"``, ``"always"``, or ``None`` for a statement that is not marked."""
    text = live.statement.text
    if "reload:" in text:
        found = comment_mark(text)
        if found is not None:
            return found
    namespace = live.record.namespace
    for name, mark in _NAMES:
        listed = namespace.get(name)
        if is_a(listed, tuple | list | set | frozenset) and listed:
            binds = live.uses.binds
            if binds and binds <= set(listed):
                return mark
    return None


def comment_mark(text: str) -> str | None:
    """Return the mark that a comment in a statement's text gives.

    Example:
        >>> comment_mark("POOL = connect()  # reload: keep"), comment_mark("x = '# reload: keep'")
        ('keep', None)
    """
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                match = _COMMENT.match(token.string)
                if match:
                    return match[1]
    except (tokenize.TokenError, SyntaxError):
        return None
    return None
