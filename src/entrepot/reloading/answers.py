"""Answers that an abstract class remembers, and that its own ``__subclasshook__`` gives no more.

``isinstance(x, Duck)`` asks the hook once for each class, and never again. When the hook, or what
it calls or reads, is another one, it has to be asked again; so have the abstract classes above,
which asked this one.
"""

from __future__ import annotations

from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING

from .attributes import attribute, wrapped_by
from .base import is_abstract
from .classes import reset_abc_caches

if TYPE_CHECKING:
    from .merging import Merger

_HOOK = "__subclasshook__"


def forget_answers_of_hooks(merger: Merger) -> None:
    """Let abstract classes of the program ask their hooks again, where these may differ now."""
    for cls, _ in list(merger.adopter.base.registered.values()):
        hook = wrapped_by(attribute(cls, _HOOK))
        if type(hook) is not FunctionType or hook.__module__ not in merger.world.records:
            continue
        if merger.caches.may_differ_now(hook):
            for asked in filter(is_abstract, cls.__mro__):
                merger.journal.note(partial(reset_abc_caches, asked))
                reset_abc_caches(asked)
