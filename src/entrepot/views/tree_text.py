"""The tree of a run, as text for a terminal.

      total      self
    48.2 ms    1.1 ms    shop.cart            main.py:3  from shop import cart
    40.0 ms   39.9 ms 1  └─ shop.rates        :7  from . import rates

A number beside *self* is the rank among those that took longest by themselves. Who asked is told
as the file and line; as the line alone, when it is the module above. What took less than one
percent of the time, with all below it, is folded: ``+5`` says how many are not shown.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .tree import Import, Place, Tree

#: How many of the worst are ranked in the tree and listed below it.
RANKED = 10
#: Imports that took less of the time than this, with all below them, are folded.
_FOLDED_SHARE = 0.01
#: Columns for the names at the most; a longer one pushes the rest to the right.
_WIDEST_NAME = 64
_WIDEST_STATEMENT = 70
#: Columns for the times, before the names.
_TIMES = 25

_COLOURS: Mapping[str, str] = {
    "worst": "\x1b[1;31m", "bad": "\x1b[33m", "dim": "\x1b[2m", "bold": "\x1b[1m",
}  # fmt: skip


class Look:
    """How text is to look.

    Attributes:
        width: Lines are cut to so many columns; 0 cuts none.
        has_colour: Whether escape sequences may be used.
        encoding: What is written in; what it lacks is replaced by plain letters.
    """

    def __init__(
        self, width: int = 0, *, has_colour: bool = False, encoding: str = "utf-8"
    ) -> None:
        self.width = width
        self.has_colour = has_colour
        self.is_plain = not _can_write("├─└│…", encoding)

    def painted(self, text: str, colour: str) -> str:
        """Return a text in a colour, which repeats what the words say."""
        return f"{_COLOURS[colour]}{text}\x1b[0m" if self.has_colour and colour else text

    def plain(self, text: str) -> str:
        """Return a text as it can be written."""
        if not self.is_plain:
            return text
        for letter, instead in zip("├─└│…", "|-`|~", strict=True):
            text = text.replace(letter, instead)
        return text

    def cut(self, text: str, used: int) -> str:
        """Return as much of a text as fits beside what is used of the line."""
        room = self.width - used
        if not self.width or len(text) <= room:
            return text
        return "" if room < 2 else text[: room - 1] + "…"

    def wrapped(self, text: str) -> str:
        r"""Return a text on as many lines as it takes, broken between words.

        Example:
            >>> Look(12).wrapped("traced 7 imports")
            'traced 7\n  imports'
        """
        margin = text[: len(text) - len(text.lstrip())]
        first, *words = text.split()
        lines = [margin + first]
        for word in words:
            if self.width and len(lines[-1]) + 1 + len(word) > self.width:
                lines.append((margin or "  ") + word)
            else:
                lines[-1] += f" {word}"
        return "\n".join(lines)


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def tree_as_text(
    tree: Tree, *, width: int = 0, everything: bool = False, look: Look | None = None
) -> str:
    """Return the whole of it: the tree, the worst, and the verdict."""
    look = look or Look(width)
    lines = [*_tree_lines(tree, look, everything=everything), *_worst_lines(tree, look)]
    lines += _lazy_lines(tree, look)
    return look.plain("\n".join([*lines, look.wrapped(verdict(tree))])) + "\n"


def ms(time: int) -> str:
    """Return nanoseconds as milliseconds.

    Example:
        >>> ms(12_345_678), ms(123_456_789), ms(1_234_567_890)
        ('12.35 ms', '123.5 ms', '1234.6 ms')
    """
    return f"{time / 1e6:.2f} ms" if time < 99_995_000 else f"{time / 1e6:.1f} ms"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number and what is counted.

    Example:
        >>> counted(1, "module"), counted(2_000, "module")
        ('1 module', '2,000 modules')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


class _Row:
    """One line of the tree, before the width of its columns is known."""

    __slots__ = ("branch", "hidden", "node", "tail", "total")

    def __init__(self, branch: str, node: Import | None, tail: str, total: int) -> None:
        self.branch = branch
        self.node = node
        self.tail = tail
        self.total = total
        self.hidden = ""

    @property
    def label(self) -> str:
        return self.branch + (self.node.name if self.node else "") + self.hidden


def _tree_lines(tree: Tree, look: Look, *, everything: bool) -> Iterator[str]:
    if not tree.imports:
        return
    ranks = {node.number: rank for rank, node in enumerate(tree.worst(RANKED), 1)}
    yield look.painted(f"{'total':>10}{'self':>11}", "dim")
    for thread in range(1, tree.threads + 1):
        roots = tree.roots_of(thread)
        if not roots:
            continue
        if thread > 1:
            yield look.painted(f"thread {thread}", "bold")
        least = 0 if everything else _FOLDED_SHARE * sum(root.total for root in roots)
        rows = list(_rows(tree, roots, least))
        widest = min(_WIDEST_NAME, (look.width - _TIMES) // 2) if look.width else _WIDEST_NAME
        names = min(max(len(row.label) for row in rows), widest)
        yield from (_line(row, names, ranks, look) for row in rows)
    yield ""


def _rows(tree: Tree, roots: Sequence[Import], least: float) -> Iterator[_Row]:
    """Yield the rows of a tree, in the order of the imports; without recursion, it may be deep."""
    shown, folded = _shown(roots, least)
    waiting = [(shown, folded, 0, "", True)]
    while waiting:
        shown, folded, at, margin, is_top = waiting.pop()
        if at == len(shown):
            if folded:
                end = "" if is_top else "└─ "
                total = sum(node.total for node in folded)
                yield _Row(f"{margin}{end}… {_count(folded):,} more", None, "", total)
            continue
        node = shown[at]
        is_last = at == len(shown) - 1 and not folded
        below_shown, below_folded = _shown(node.children, least)
        hidden = _count(below_folded) if not below_shown else 0
        branch = "" if is_top else "└─ " if is_last else "├─ "
        row = _Row(margin + branch, node, _told(tree, node), node.total)
        row.hidden = f" +{hidden:,}" if hidden else ""
        yield row
        waiting.append((shown, folded, at + 1, margin, is_top))
        if below_shown:
            below = "" if is_top else margin + ("   " if is_last else "│  ")
            waiting.append((below_shown, below_folded, 0, below, False))


def _count(nodes: Sequence[Import]) -> int:
    """Return how many imports there are in these and below them."""
    return sum(1 for node in nodes for _ in node.walk())


def _shown(siblings: Sequence[Import], least: float) -> tuple[Sequence[Import], Sequence[Import]]:
    """Return which siblings are shown, and which are folded; a single one is not worth it."""
    shown = [n for n in siblings if n.total >= least]
    if len(shown) >= len(siblings) - 1 and shown:
        return siblings, ()
    return shown, [n for n in siblings if n.total < least]


def _told(tree: Tree, node: Import) -> str:
    """Return what is told of an import beside its name and time."""
    notes = [] if node.kind in ("bytecode", "built in", "frozen", "") else [node.kind]
    if node.outcome != "loaded":
        notes.append(f"failed by {node.error}" if node.error else node.outcome)
    told = f"[{'; '.join(notes)}]  " if notes else ""
    return told + _asked(tree, node.asked_at, node.parent)


def _asked(tree: Tree, place: Place | None, parent: Import | None) -> str:
    if place is None:
        return "asked for by C"
    if not place.line:
        return "asked for by an extension"
    is_above = parent is not None and parent.file == place.file
    where = f":{place.line}" if is_above else f"{tree.places.short(place.file)}:{place.line}"
    statement = place.statement
    if len(statement) > _WIDEST_STATEMENT:
        statement = statement[: _WIDEST_STATEMENT - 1] + "…"
    return f"{where}  {statement}".rstrip()


def _line(row: _Row, names: int, ranks: Mapping[int, int], look: Look) -> str:
    node = row.node
    if node is None:
        return look.painted(f"{ms(row.total):>10}{'':15}{look.cut(row.label, _TIMES)}", "dim")
    rank = ranks.get(node.number, 0)
    colour = "" if not rank else "worst" if rank <= 3 else "bad"
    own = look.painted(f"{ms(node.own):>11} {rank or '':<3}", colour)
    start = _TIMES + len(row.branch)
    name, hidden = look.cut(node.name, start), look.cut(row.hidden, start + len(node.name))
    label = row.branch + look.painted(name, colour) + look.painted(hidden, "dim")
    told = look.cut(row.tail, _TIMES + max(names, len(row.label)) + 2)
    gap = " " * (max(0, names - len(row.label)) + 2) if told else ""
    return f"{ms(node.total):>10}{own}{label}{gap}{look.painted(told, 'dim')}"


def worst_in_words(tree: Tree) -> str:
    """Return the list of those that took longest by themselves."""
    return "\n".join(list(_worst_lines(tree, Look()))[:-1]) + "\n" if tree.imports else ""


def _worst_lines(tree: Tree, look: Look) -> Iterator[str]:
    worst = [node for node in tree.worst(RANKED) if node.own]
    if not worst:
        return
    whole = sum(node.own for node in tree.imports) or 1
    names = max(len(node.name) for node in worst)
    yield look.painted("the slowest by themselves", "bold")
    for rank, node in enumerate(worst, 1):
        slow = sorted(node.steps, key=lambda step: -node.steps[step])[:2]
        steps = ", ".join(f"{step} {ms(node.steps[step])}" for step in slow if node.steps[step])
        colour = "worst" if rank <= 3 else "bad"
        where = tree.places.short(node.file) if node.file else node.kind
        head = f"{rank:4}{ms(node.own):>11}{100 * node.own / whole:5.1f} %  "
        text = f"{node.name:<{names}}  {steps}"
        place = look.cut(where, len(head) + len(text) + 2)
        yield (
            head
            + look.painted(look.cut(text, len(head)), colour)
            + look.painted(f"  {place}" if place else "", "dim")
        )
    yield ""


def _lazy_lines(tree: Tree, look: Look) -> Iterator[str]:
    """Yield what lazy imports have not loaded (PEP 810)."""
    if tree.lazy:
        yield look.painted("lazy, not yet loaded", "bold")
        yield look.wrapped(f"    {', '.join(tree.lazy)}")
        yield ""


def verdict(tree: Tree) -> str:
    """Return the last line: how much there was, and what the time went into."""
    failed = sum(node.outcome == "failed" for node in tree.imports)
    loaded = len(tree.imports) - failed
    steps, whole = tree.steps(), sum(node.own for node in tree.imports) or 1
    shares = ", ".join(f"{step} {100 * time / whole:.0f} %" for step, time in steps.items())
    parts = [
        f"traced {counted(loaded, 'import')}",
        f"{failed} failed" if failed else "",
        f"{counted(tree.threads, 'thread')}" if tree.threads > 1 else "",
    ]
    took = f"{ms(tree.imported)} of {ms(tree.total)}"
    head = f"{', '.join(part for part in parts if part)}; {took} spent importing"
    return f"{head}: {shares}" if tree.imports else head
