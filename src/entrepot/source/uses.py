"""What a piece of code may read, bind and touch: the words of the answer.

*Uses* describe code that runs as a whole: what executing a statement runs itself (its *immediate*
code: class bodies and comprehensions included, function bodies not), or one function body.

* A *chain* is a global name with attributes, such as ``("app", "routes")`` for ``app.routes``.
* To *read* is to load a global name; to *bind* is to assign one.
* To *touch* is to do what may change the object that a chain leads to: store an attribute or an
  item, call a method, pass it to a call. A touch says *how*, so that whoever knows the object can
  tell that nothing was changed (``"get"`` on a dict).

Names are taken from the syntax and from the code object, which knows what is local.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .nodes import Chain


class Touch:
    """One way in which an object may be changed.

    Attributes:
        chain: What leads to the object.
        how: ``"store"`` (an attribute or item is set or deleted), ``"method"``, ``"argument"``,
            ``"augmented"``, ``"enter"``, ``"decorator"``, or ``"call"``: an instance may change
            itself.
        word: The method's name, the stored attribute, or the constant key as text; else ``""``.
            For an argument of ``setattr`` or ``delattr``, the attribute if it is written there.
        callee: For an argument, the chain that is called, or ``()`` if it is no chain.
        position: For an argument, its position or keyword.
    """

    __slots__ = ("callee", "chain", "how", "position", "word")

    def __init__(
        self,
        chain: Chain,
        how: str,
        word: str = "",
        callee: Chain = (),
        position: int | str = 0,
    ) -> None:
        self.chain = chain
        self.how = how
        self.word = word
        self.callee = callee
        self.position = position

    def _fields(self) -> tuple[object, ...]:
        return (self.chain, self.how, self.word, self.callee, self.position)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Touch) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        return f"Touch({'.'.join(self.chain)}, {self.how!r}, {self.word!r})"


class Uses:
    """What running some code reads, binds and touches.

    Attributes:
        reads: Global names loaded, such as ``{"RATE", "len"}``.
        chains: Attribute chains loaded, such as ``{("settings", "RATE")}``.
        binds: Global names assigned, deleted or imported.
        may_bind: Those of ``binds`` that some branch may leave out.
        deletes: Global names deleted.
        stores: Chains assigned to, such as ``{("settings", "RATE")}``.
        touches: How objects may be changed.
        local_touches: The same for local names (parameters), for code that is a function.
        attributes: Every attribute name mentioned.
        whole: Global names used as a value: passed on, stored, iterated, compared; not only
            called or asked for an attribute.
        used: Names loaded, of attributes too, elsewhere than in annotations of plain functions:
            these take hold of what the name leads to, and look at nothing of it.
        is_dynamic: Whether it looks names up by text (``globals()``, ``exec``, ``import *``).
        by_text: Whether it may bind names by text (``globals()``, ``exec``; not ``import *``).
        loads: First words of modules that are got by their names, see ``by_name.py``.
        imports: What from-imports read: module, level and name, such as ``{("shop", 0, "RATE")}``.
        stars: Modules star-imported, with their level, such as ``{("config", 0)}``.
        asked: What else was read from the same text, by who asked for it: it is read once.
    """

    __slots__ = (
        "asked",
        "attributes",
        "binds",
        "by_text",
        "chains",
        "deletes",
        "imports",
        "is_dynamic",
        "loads",
        "local_touches",
        "may_bind",
        "reads",
        "stars",
        "stores",
        "touches",
        "used",
        "whole",
    )

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.chains: set[Chain] = set()
        self.binds: set[str] = set()
        self.may_bind: set[str] = set()
        self.deletes: set[str] = set()
        self.stores: set[Chain] = set()
        self.touches: set[Touch] = set()
        self.local_touches: set[Touch] = set()
        self.attributes: set[str] = set()
        self.whole: set[str] = set()
        self.used: set[str] = set()
        self.loads: set[str] = set()
        self.is_dynamic = False
        self.by_text = False
        self.imports: set[tuple[str, int, str]] = set()
        self.stars: set[tuple[str, int]] = set()
        self.asked: dict[str, Any] = {}
