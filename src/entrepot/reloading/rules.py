"""The rules that decide what runs, each one function with its sentence.

A rule yields *dues*: a statement that has to run, the name of the rule, and what made it apply in
words. Initial rules look at the change of a module; closure rules look at one statement that
runs. The names 6a to 6f are those of the design study.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, TypeAlias

from entrepot.source.scopes import KINDS, is_function

from .attributes import is_a
from .bindings import names_elsewhere
from .caches import is_cache
from .docstrings import asked_for_docstring, decorated_docstring
from .kin import asked_in_another_order
from .makers import creators
from .marks import ALWAYS, KEEP, has_marks, mark_of
from .moment_rules import (
    binders_of_what_is_bound_again,
    binders_of_what_is_gone,
    creators_of_what_is_changed_later,
)
from .plain import is_reference
from .readers import readers
from .touches import (
    is_last_toucher,
    is_lone_store,
    stores_there,
    touched,
    touched_by,
    touchers,
)
from .users import users
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .changes import ModuleChange
    from .order import Order
    from .revision import LiveStatement
    from .world import World

Due: TypeAlias = tuple["LiveStatement", str, str]


def never_runs(live: LiveStatement) -> bool:
    """A string alone does nothing; a docstring is an assignment."""
    node = live.statement.node
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


#: The rules by which a statement is due because it was edited itself.
OF_ITS_OWN = frozenset({"added", "changed"})


def is_kept(world: World, live: LiveStatement, rule: str) -> bool:
    """A statement that is marked to be kept runs again only when it was edited."""
    if rule in OF_ITS_OWN:
        return False
    kept = set(live.record.namespace.get("__entrepot_keep__", ()))
    binds = world.binds(live) if kept else set()
    return bool(binds and binds <= kept) or mark_of(live) == KEEP


# ------------------------------------------------------------------------ from the change


def added(world: World, change: ModuleChange) -> Iterator[Due]:
    """A statement that is new runs."""
    del world
    for live in change.added:
        yield live, "added", f"{live.where} is new"


def signed(world: World, change: ModuleChange) -> Iterator[Due]:
    """A statement runs again when it computes something else now."""
    del world
    for live in change.signed:
        yield live, "changed", f"{live.where} was edited"


def code_that_ran(world: World, change: ModuleChange) -> Iterator[Due]:
    """A statement runs again when code that ran while it was executed has changed."""
    for scope in change.bodies:
        if not is_function(scope.code) and len(scope.path) == 1:
            continue  # a class body is its statement's own
        for runner in world.runners(scope):
            live = world.now(runner)
            if live is not None:
                yield live, "ran", f"{scope.name} ran at {live.where} and was edited"


def remembered(world: World, change: ModuleChange) -> Iterator[Due]:
    """Who calls a function that remembers its results may have got one without its running."""
    for scope in change.bodies:
        name = scope.path[0][0]
        if is_cache(change.record.namespace.get(name)):
            for live in readers(world, change.record, name):
                yield live, "ran", f"{live.where} may have got what {name} remembered"


def called_otherwise(world: World, change: ModuleChange) -> Iterator[Due]:
    """Who calls a function runs again when that makes a generator now, or does not any more.

    To make a generator runs nothing of its text, so nothing was recorded.
    """
    for scope, code in change.edited:
        if not (scope.code.co_flags ^ code.co_flags) & KINDS or len(scope.path) > 2:
            continue
        value: Any = change.record.namespace.get(scope.path[0][0])
        if is_a(value, type) and len(scope.path) == 2:
            callers = list(users(world, value, {scope.path[1][0]}))
        else:
            homes = [(world.records[module], name) for module, name in world.homes(value)]
            callers = [live for home, name in homes for live in readers(world, home, name)]
        for live in callers:
            if not is_reference(live):
                yield live, "ran", f"to call {scope.name} does something else now"


def definition_reached(world: World, change: ModuleChange) -> Iterator[Due]:
    """A statement runs again when what it reads is bound by another statement than before.

    Where both are the last to bind the name, it is enough to compare what they bind: that is done
    when the new one has run.
    """
    record = change.record
    for name in sorted(_names_of_moved(world, change)):
        binders = world.old_binders(record, name), world.binders(record, name)
        deleting = [live for live in binders[1] if isinstance(live.statement.node, ast.Delete)]
        for live in (*readers(world, record, name), *deleting):
            if reaches_another(world, live, *binders):
                yield live, "order", f"{name} is bound by another statement before {live.where}"


def reaches_another(
    world: World, live: LiveStatement, before: list[LiveStatement], after: list[LiveStatement]
) -> bool:
    """Return whether another of the binders of a name comes last before a statement now.

    Args:
        world: The program.
        live: The statement.
        before: The binders before the edit, in order.
        after: Those after it.
    """
    was = world.before(live)
    if was is None:
        return False
    old = last_before(world.old_order, before, was)
    new = last_before(world.order, after, live)
    if old is not None and new is not None and [old, new] == [before[-1], after[-1]]:
        return False
    return (None if new is None else world.before(new)) is not old or (
        new is not None and not world.before(new)
    )


def names_in_play(world: World, change: ModuleChange) -> set[str]:
    """Return the names that an added, removed or edited statement binds, or did.

    All others are bound by the statements that bound them before.
    """
    new = [*change.added, *change.signed]
    old = [*change.removed, *(live.old for live in change.signed if live.old is not None)]
    for scope in change.bodies:
        for runner in world.runners(scope):
            if runner.record is change.record:
                old.append(runner)
                now = world.now(runner)
                new += [] if now is None else [now]
    names = {name for live in new for name in world.binds(live)}
    return names | {name for live in old for name in world.binds(live, old=True)}


def moved_up(world: World, change: ModuleChange) -> Iterator[LiveStatement]:
    """Yield the statements that stand after one that stood after them."""
    if not change.is_rearranged:
        return
    number = world.view(change.record, old=True).number
    highest = -1
    for live in change.lives:
        if live.old is not None:
            here = number(live.old)
            if here < highest:
                yield live
            highest = max(highest, here)


def _names_of_moved(world: World, change: ModuleChange) -> set[str]:
    """Return the names whose binders were added, removed or changed places."""
    names: set[str] = set()
    for name in names_in_play(world, change):
        after = [world.before(live) for live in world.binders(change.record, name)]
        if after != world.old_binders(change.record, name):
            names.add(name)
    for live in moved_up(world, change):
        names |= world.binds(live) | set(live.uses.reads)
        names |= set(world.unexplained(change.record) if world.binds_by_text(live) else ())
    return names


def last_before(
    order: Order, binders: list[LiveStatement], live: LiveStatement
) -> LiveStatement | None:
    """Return the last of some binders, in their order, that comes before a statement."""
    here = order.position(live)
    return next((other for other in reversed(binders) if order.position(other) < here), None)


def last_binder_other(world: World, change: ModuleChange) -> Iterator[Due]:
    """When another statement is the last to bind a name, it runs."""
    home = change.record.name
    names = {(home, name) for name in names_in_play(world, change)}
    names |= {(home, name) for name in _names_of_moved(world, change)}
    names |= names_elsewhere(world, change).keys()
    for module, name in sorted(names):
        after = world.binders(world.records[module], name)
        before = world.old_binders(world.records[module], name)
        if after and before and world.before(after[-1]) is not before[-1]:
            yield after[-1], "6a", f"{name} is bound by it now"


def touch_removed(world: World, change: ModuleChange) -> Iterator[Due]:
    """(6c, 6f) What a removed or edited statement did to an object is undone: it is made anew."""
    gone = list(change.removed)
    gone += [live.old for live in change.signed if live.old is not None]
    before: dict[int, dict[int, object]] = {}  # by what the old text of a function says
    for scope in change.bodies:
        for runner in world.runners(scope):
            gone.append(runner)
            before.setdefault(id(runner), {}).update(touched_by(world, scope))
    for live in gone:
        for value in (touched(world, live) | before.get(id(live), {})).values():
            makers = [one for one in creators(world, value) if world.before(one) is not live]
            if not makers or (
                is_lone_store(world, live, value) and stores_there(world, world.now(live), value)
            ):
                continue
            for creator in makers:
                yield creator, "6f", f"{live.where} changed it before the edit"


def marked_always(world: World, change: ModuleChange) -> Iterator[Due]:
    """What is marked ``# reload: always`` runs with every edit of its module."""
    del world
    if not has_marks(change.text, change.record):
        return
    for live in change.lives:
        if mark_of(live) == ALWAYS:
            yield live, "always", f"{live.where} is marked"


INITIAL = (
    marked_always,
    added,
    signed,
    code_that_ran,
    remembered,
    called_otherwise,
    decorated_docstring,
    asked_for_docstring,
    definition_reached,
    last_binder_other,
    touch_removed,
    asked_in_another_order,
)

# ------------------------------------------------------------------------ closure


def later_binders(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6a) A binder that runs makes the later binders run; one that may not bind, all of them."""
    for record, name in world.bound_by(live):
        binders = world.binders(record, name)
        if len(binders) < 2 or live not in binders:
            continue
        here = binders.index(live)
        for other in binders[here + 1 :]:
            yield other, "6a", f"it binds {name} after {live.where}"
        if world.may_bind(live, name) or name in live.uses.reads:
            for other in binders[:here]:
                yield other, "6a", f"it binds {name} before {live.where}, which may not"


def readers_between(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6a) What reads a name between two of its binders reads what the earlier one bound."""
    here = world.position(live)
    for record, name in world.bound_by(live):
        binders = world.binders(record, name)
        if live not in binders or binders[-1] is live:
            continue
        later = binders[binders.index(live) + 1 :]
        sure = next((other for other in later if not world.may_bind(other, name)), later[-1])
        until = world.position(sure)
        for reader in readers(world, record, name):
            if reader is not live and here < world.position(reader) <= until:
                yield reader, "6a", f"it reads {name} after {live.where}, before it is bound again"


def binders_by_text(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6a) Who binds names by text (``globals()``, ``exec``) is due with all that do."""
    record = live.record
    if not world.binds_by_text(live) or not world.unexplained(record):
        return
    for other in world.lives(record):
        if other is not live and world.binds_by_text(other):
            yield other, "6a", f"it may bind the names that {live.where} may bind"


def creators_of_touched(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6c) A statement that changes an object needs it as it was made.

    A newly added one that comes last, and a store to a constant key that nobody else stores,
    can do without.
    """
    for value in touched(world, live).values():
        makers = [creator for creator in creators(world, value) if creator is not live]
        if not makers or is_lone_store(world, live, value):
            continue
        if world.before(live) is None and is_last_toucher(world, live, value):
            continue
        for creator in makers:
            if world.position(creator) < world.position(live):
                yield creator, "6c", f"{live.where} changes what it makes"


def touchers_of_created(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6d) When an object is made anew, everything that changed it runs again."""
    record = live.record
    if is_reference(live):
        return  # it has made nothing
    for name in world.binds(live):
        value = record.namespace.get(name)
        if is_atom(value) or live not in creators(world, value):
            continue
        for toucher in touchers(world, value):
            if toucher is not live:
                yield toucher, "6d", f"it changes {name}, which {live.where} makes anew"


CLOSURE = (
    later_binders,
    readers_between,
    binders_by_text,
    binders_of_what_is_bound_again,
    binders_of_what_is_gone,
    creators_of_what_is_changed_later,
    creators_of_touched,
    touchers_of_created,
)
