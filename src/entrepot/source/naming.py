"""Which names and attributes an expression loads, sets and deletes; ``uses.py`` has the words."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .by_name import (
    ANY_ATTRIBUTE,
    MODULE,
    OWN,
    RESULT,
    is_self,
    item_chain,
    named_module,
    said_chain,
)
from .nodes import Chain, asks_namespace, chain_of, root_chain
from .uses import Touch, Uses

if TYPE_CHECKING:
    from collections.abc import Collection


class Naming(ast.NodeVisitor):
    """Collects the names that one piece of code uses; ``facts.py`` does the rest."""

    def __init__(
        self, uses: Uses, local: frozenset[str], never: Collection[str], *, is_top: bool
    ) -> None:
        self.uses = uses
        self.local = local
        self.never = never
        self.is_top = is_top
        self.declared: set[str] = set()
        self.imported: dict[str, Chain] = {}  # what imports in a function have bound there
        self.depth = 0
        self.is_annotation = False
        self.own: set[str] | None = None  # what the statement binds that is read, in a class body

    # names

    def is_global(self, name: str) -> bool:
        """Return whether a name is not local here."""
        return name not in self.local or name in self.declared

    def led(self, chain: Chain) -> Chain:
        """Return what a chain means whose first word a function has imported for itself."""
        if not chain or chain[0] not in self.imported or self.is_global(chain[0]):
            return chain
        return (*self.imported[chain[0]], *chain[1:])

    def load(self, chain: Chain, *, is_whole: bool) -> None:
        """Note that a chain is loaded."""
        chain = self.led(chain)
        if chain and self.is_global(chain[0]):
            if chain[0].startswith(MODULE):
                self.uses.loads.add(chain[0])
                self.uses.reads.update(chain[1:2] if chain[0] == OWN else ())
            else:
                self.uses.reads.add(chain[0])
            if not self.is_annotation:
                self.uses.used.update(chain)
            if "__dict__" in chain[1:2]:
                self.uses.whole.add(chain[0])
            if len(chain) > 1:
                self.uses.chains.add(chain)
            elif is_whole:
                self.uses.whole.add(chain[0])

    def bind(self, name: str) -> None:
        """Note that a name is bound, if it is a global one, or one of the class that is read."""
        if self.own is not None and name not in self.local:
            self.own.add(name)
        if (self.is_top and name not in self.local) or name in self.declared:
            self.uses.binds.add(name)
            if self.depth or not self.is_top:
                self.uses.may_bind.add(name)

    def touch(self, node: ast.AST, how: str, word: str = "") -> None:
        """Note what may change the object of an expression."""
        chain, root = item_chain(node), root_chain(node)
        self.add_touch(Touch(chain or (root and (*root, RESULT)), how, word))

    def add_touch(self, touch: Touch) -> None:
        """Note what may change an object."""
        if not touch.chain:
            return
        chain, callee = self.led(touch.chain), self.led(touch.callee)
        touch = Touch(chain, touch.how, touch.word, callee, touch.position)
        if self.is_global(touch.chain[0]):
            self.uses.touches.add(touch)
        else:
            self.uses.local_touches.add(touch)

    def visit_Name(self, node: ast.Name) -> None:
        """Read a name."""
        if isinstance(node.ctx, ast.Load):
            self.load((node.id,), is_whole=True)
        else:
            self.bind(node.id)
            if isinstance(node.ctx, ast.Del):
                self.uses.deletes.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Read an attribute."""
        self.uses.attributes.add(node.attr)
        if node.attr == "__dict__" and not is_self(node.value):
            self.uses.attributes.add(ANY_ATTRIBUTE)
        chain = said_chain(node)
        if isinstance(node.ctx, ast.Load):
            if chain:
                self.said(node, chain)
                return
        elif chain:
            self.stored(chain, is_deleted=isinstance(node.ctx, ast.Del))
            self.said(node.value, chain[:-1])
            return
        else:
            self.touch(node.value, "store", node.attr)
        self.visit(node.value)

    def said(self, node: ast.AST, chain: Chain) -> None:
        """Note that a chain is loaded, and read what its expression says besides."""
        self.load(chain, is_whole=False)
        self.uses.attributes.update(chain[1:])
        if isinstance(node, ast.Attribute):
            self._said_below(node.value)
        elif isinstance(node, ast.Subscript) and named_module(node):
            self.visit(node.value)
            self.visit(node.slice)
        elif isinstance(node, ast.Subscript):
            owner = node.value  # of ``m.__dict__["K"]``
            self._said_below(owner.value if isinstance(owner, ast.Attribute) else owner)
        elif isinstance(node, ast.Call):
            self.load(chain_of(node.func), is_whole=False)
            is_method = isinstance(node.func, ast.Attribute)  # of a namespace: ``get``
            others = node.args if named_module(node) else node.args[1 if is_method else 2 :]
            for argument in others:
                self.visit(argument)
            if not named_module(node) and isinstance(node.func, ast.Attribute):
                self._said_below(node.func.value)
            elif not named_module(node) and node.args:
                self._said_below(node.args[0])

    def _said_below(self, node: ast.AST) -> None:
        if not isinstance(node, ast.Name):
            self.said(node, said_chain(node))

    def stored(self, chain: Chain, *, is_deleted: bool = False) -> None:
        """Note that an attribute is set or deleted."""
        chain = self.led(chain)
        self.add_touch(Touch(chain[:-1], "store", chain[-1]))
        self.uses.attributes.add(chain[-1])
        if self.is_global(chain[0]):
            self.uses.stores.add(chain)
        if chain[0] == OWN and len(chain) == 2:
            self.uses.binds.add(chain[1])
            if self.depth or not self.is_top:
                self.uses.may_bind.add(chain[1])
            if is_deleted:
                self.uses.deletes.add(chain[1])

    def is_asked_only(self, node: ast.AST) -> bool:
        """Return whether an expression only asks ``globals()``, and note that it does."""
        is_asked = asks_namespace(node) and self.is_global("globals")
        self.uses.is_dynamic = self.uses.is_dynamic or is_asked
        return is_asked

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Read an item."""
        chain = said_chain(node)
        if isinstance(node.ctx, ast.Load) and chain:
            self.said(node, chain)
            if chain == (OWN,) and not self.is_top:  # what it does with it is not followed
                self.uses.whole.add(OWN)
            return
        if len(chain) > 1:
            self.stored(chain, is_deleted=isinstance(node.ctx, ast.Del))
            self._said_below(node.value)
            return
        if self.is_asked_only(node):
            self.visit(node.slice)
            return
        if not isinstance(node.ctx, ast.Load):
            key = repr(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
            self.touch(node.value, "store", key)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Read an assignment like ``+=``."""
        self.touch(node.target, "augmented")
        self.load(said_chain(node.target), is_whole=isinstance(node.target, ast.Name))
        self.generic_visit(node)
