"""Objects of a program whose own code raises are not asked: by the import, nor by a reload.

A proxy that stands for nothing at the moment, a dict whose keys are its attributes, a metaclass
with operators of its own: whatever asks such an object runs code of the program, which may raise,
or change something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRAPS = """
ASKED = []
class Unbound(RuntimeError):
    pass
def trap(name):
    def method(self, *args, **options):
        ASKED.append(name)
        raise Unbound(name)
    return method
NAMES = '''
    getattr eq ne bool len iter contains getitem repr str lt reduce_ex dir format index add or copy
    deepcopy getstate sizeof instancecheck setattr delattr setitem delitem
'''
TRAPPED = {f"__{name}__": trap(name) for name in NAMES.split()}
class Base:
    def __call__(self, *args, **options):
        return args[0] if args else None
Proxy = type("Proxy", (Base,), {**TRAPPED, "__hash__": object.__hash__, "__module__": __name__})
class Liar(Proxy):
    @property
    def __class__(self):
        ASKED.append("class")
        raise Unbound("class")
class Slotted(Proxy):
    __slots__ = ("a",)
class Keys(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__
class Rows(list):
    __getattr__ = trap("rows")
class Names(set):
    __getattr__ = trap("names")
class Spy:
    __getattribute__ = trap("any attribute")
class Descriptor:
    __getattr__ = trap("of a descriptor")
    __get__ = trap("get")
class Meta(type):
    __getattr__ = trap("of a class")
    __eq__ = trap("equal classes")
    __hash__ = type.__hash__
    __bool__ = trap("a true class")
    __len__ = trap("the length of a class")
"""
SHOP = """
from traps import *
import functools, types
LIMIT = 1
proxy = Proxy(); liar = Liar(); slotted = Slotted(); spy = Spy()
conf = Keys(a=1); rows = Rows([1]); names = Names([1])
both = [proxy, liar, slotted, spy, conf, rows, names]
table = {"p": proxy, "c": conf, proxy: 1, spy: 2}
@proxy
def shown(): return LIMIT
def default(a=proxy, *, b=spy, c=conf): return LIMIT
cached = functools.lru_cache(lambda: LIMIT)
part = functools.partial(default, proxy)
bound = types.MethodType(proxy, spy)
class Owner(metaclass=Meta):
    told = Descriptor(); p = proxy; s = spy; c = conf
    def value(self): return LIMIT
class Below(Owner):
    def more(self): return LIMIT
class Holder:
    def __init__(self): self.p = proxy; self.s = spy; self.limit = LIMIT; self.c = Keys(x=LIMIT)
    def value(self): return self.limit
holder = Holder()
derived = Keys(limit=LIMIT)
derived["k"] = LIMIT
rows.append(LIMIT)
names.add(LIMIT + 5)
copied = [*both]
def closure():
    inner = proxy, spy, conf
    return lambda: (inner, LIMIT)
made = closure()
"""
EDITS = [
    ("LIMIT = 1", "LIMIT = 2"),
    ("return self.limit", "return self.limit + 1"),
    ("def more(self): return LIMIT", "def more(self): return -LIMIT"),
    ("conf = Keys(a=1)", "conf = Keys(a=2)"),
    ("Rows([1])", "Rows([2])"),
    ("Names([1])", "Names([2])"),
    ("proxy = Proxy();", "proxy = Proxy(); extra = Proxy();"),
    ("proxy = Proxy();", "proxy = Slotted();"),
    ('derived["k"] = LIMIT', 'derived["q"] = LIMIT'),
    ('derived["k"] = LIMIT', ""),
    ("told = Descriptor();", "told = Descriptor(); other = Descriptor();"),
    ("rows.append(LIMIT)", ""),
    ("inner = proxy, spy", "n = 1; inner = proxy, n, spy"),
    ("(inner, LIMIT)", "(inner, proxy, LIMIT)"),
    ("[*both]", "[*both, proxy]"),
    ("a=proxy, *", "a=spy, *"),
    ('"c": conf,', '"c": conf, "d": spy,'),
    ("class Owner(metaclass=Meta):", "class Owner:"),
    ("class Below(Owner)", "class Below(Owner, Holding)"),
    ("@proxy\n", ""),
    ("both = [proxy, liar,", "both = [proxy,"),
    ("self.s = spy; self.limit = LIMIT;", "self.s = proxy; self.limit = [LIMIT];"),
    ("functools.partial(default, proxy)", "functools.partial(default, spy)"),
    ("holder = Holder()", "holder = Holder(); holder.x = Keys(a=proxy)"),
    ("spy = Spy()", "spy = Descriptor()"),
]
OF_TRAPS = [
    ("class Keys(dict):", "class Keys(dict):\n    size = 1"),
    ("class Base:\n", "class Base:\n    def more(self): pass\n"),
    ("class Spy:\n", "class Spy:\n    x = 1\n"),
    ("class Descriptor:\n", "class Descriptor:\n    def more(self): pass\n"),
    ("class Meta(type):\n", "class Meta(type):\n    def more(self): pass\n"),
    ("class Liar(Proxy):\n", "class Liar(Proxy):\n    def more(self): pass\n"),
    ("ASKED = []", "ASKED = []\nOTHER = 1"),
]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_an_edit_asks_no_object_of_the_program(project: Project, old: str, new: str) -> None:
    text = "class Holding: pass\n" + SHOP
    assert text.count(old) >= 1
    project.write(traps=TRAPS, shop=text)
    shop = project.load("shop")
    assert shop.ASKED == []  # by the import

    reports = [project.edit(shop=text.replace(old, new)), project.edit(shop=text)]

    assert [report.status for report in reports] == ["ok", "ok"], [*map(str, reports)]
    assert shop.ASKED == []
    assert shop.closure()()[1] == shop.LIMIT == 1


@pytest.mark.parametrize(("old", "new"), OF_TRAPS)
def test_an_edit_of_their_classes_asks_none(project: Project, old: str, new: str) -> None:
    assert TRAPS.count(old) == 1
    project.write(traps=TRAPS, shop="class Holding: pass\n" + SHOP)
    shop = project.load("shop")

    reports = [project.edit(traps=TRAPS.replace(old, new)), project.edit(traps=TRAPS)]

    assert [report.status for report in reports] == ["ok", "ok"], [*map(str, reports)]
    assert shop.ASKED == []
