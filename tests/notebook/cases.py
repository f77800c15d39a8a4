"""Cases from users' issues: what a notebook must give after an edit, whatever reloads it.

A case is a text. ``-- save FILE`` and ``-- cell`` begin a block; the value of the last cell must
be what stands after ``-- expect``. File names are each case's own, so that cases can follow each
other in one shell. Written anew after reading the issues; nothing is copied from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Case(NamedTuple):
    """One case.

    Attributes:
        issue: Where users tell of it, ``""`` for one of our own.
        title: What must be so.
        steps: ``["save", file, text]``, ``["cell", source]`` or ``["delete", file]``.
        expect: The repr of the last cell's value.
    """

    issue: str
    title: str
    steps: list[list[str]]
    expect: str


def case(issue: str, title: str, text: str) -> Case:
    """Return the case that a text tells."""
    steps: list[list[str]] = []
    for block in text.split("\n-- ")[1:]:
        head, _, body = block.partition("\n")
        kind, _, file = head.partition(" ")
        steps.append([kind, file, body + "\n"] if kind == "save" else [kind, file or body])
    expect = steps.pop()[1].strip()
    return Case(issue, title, steps, expect)


CLASSES: Sequence[Case] = (
    case(
        "ipython#12399",
        "the type of an argument is the class that a method names",
        """
-- save c12399.py
class A:
    pass
class B:
    def is_a(self, x):
        return type(x) == A and isinstance(x, A)
-- cell
from c12399 import *
a = A()
-- save c12399.py
class A:
    def more(self):
        return 'more'
class B:
    def is_a(self, x):
        return type(x) == A and isinstance(x, A)
-- cell
B().is_a(A()), B().is_a(a), a.more()
-- expect
(True, True, 'more')
""",
    ),
    case(
        "ipython#13258",
        "a function that cells registered for a class is still found",
        """
-- save c13258.py
class A:
    a = 1
-- cell
from functools import singledispatch
import c13258
@singledispatch
def fun(x):
    return 'unknown'
@fun.register
def _(x: c13258.A):
    return 'A'
old = c13258.A()
-- save c13258.py
class A:
    a = 1
    b = 2
    def __repr__(self):
        return f'newA({self.a})'
-- cell
fun(old), fun(c13258.A()), repr(old), old.b
-- expect
('A', 'A', 'newA(1)', 2)
""",
    ),
    case(
        "ipython#11588",
        "an old object can be pickled",
        """
-- save c11588.py
class Test:
    def __init__(self):
        self.ok = 1
-- cell
import pickle
from c11588 import *
test = Test()
-- save c11588.py
LEVEL = 1
class Test:
    size = 3
    def __init__(self):
        self.ok = 2
-- cell
copy = pickle.loads(pickle.dumps(test))
copy.ok, copy.size, type(copy) is Test
-- expect
(1, 3, True)
""",
    ),
    case(
        "ipython#13830",
        "a class with a metaclass can be edited",
        """
-- save c13830.py
class Meta(type):
    pass
class Klass(metaclass=Meta):
    pass
-- cell
from c13830 import *
old = Klass()
-- save c13830.py
class Meta(type):
    def hello(cls):
        return 'hello ' + cls.__name__
class Klass(metaclass=Meta):
    x = 2
-- cell
Klass.hello(), type(Klass) is Meta, isinstance(old, Klass), old.x
-- expect
('hello Klass', True, True, 2)
""",
    ),
    case(
        "ipython#13651",
        "members of an enum are the same after an edit elsewhere",
        """
-- save c13651.py
from enum import Enum
class Color(Enum):
    RED = 1
    BLUE = 2
LIMIT = 1
def is_red(c):
    return c is Color.RED
-- cell
import c13651
red = c13651.Color.RED
-- save c13651.py
from enum import Enum
class Color(Enum):
    RED = 1
    BLUE = 2
LIMIT = 2
def is_red(c):
    return (c is Color.RED, LIMIT)
-- cell
c13651.is_red(red), red is c13651.Color.RED, red == c13651.Color(1)
-- expect
((True, 2), True, True)
""",
    ),
    case(
        "ipython#10232",
        "a member can be added to an enum",
        """
-- save c10232.py
from enum import Enum
class Kind(Enum):
    A = 'A'
    B = 'B'
def name(k):
    return {Kind.A: 'a', Kind.B: 'b'}.get(k, '?')
-- cell
import c10232
-- save c10232.py
from enum import Enum
class Kind(Enum):
    A = 'A'
    B = 'B'
    C = 'C'
def name(k):
    return {Kind.A: 'a', Kind.B: 'b', Kind.C: 'c'}.get(k, '?')
-- cell
c10232.name(c10232.Kind.C), [k.name for k in c10232.Kind], c10232.name(c10232.Kind('A'))
-- expect
('c', ['A', 'B', 'C'], 'a')
""",
    ),
    case(
        "ipython#12411",
        "a frozen dataclass can be edited while there are instances",
        """
-- save c12411.py
import dataclasses
@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    def norm(self):
        return self.x
instance = Point(1)
-- cell
import c12411
p = c12411.Point(5)
-- save c12411.py
import dataclasses
@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    def norm(self):
        return self.x * 100
instance = Point(1)
VERSION = 2
-- cell
p.norm(), c12411.instance.norm(), p == c12411.Point(5), c12411.VERSION
-- expect
(500, 100, True, 2)
""",
    ),
    case(
        "ipython#11281",
        "a method that is new is there on old objects",
        """
-- save c11281.py
class My:
    def square(self, x):
        return x ** 2
-- cell
from c11281 import My
my = My()
-- save c11281.py
class My:
    def square(self, x):
        return x ** 2
    def cube(self, x):
        return x ** 3
-- cell
my.cube(2), My().cube(3)
-- expect
(8, 27)
""",
    ),
    case(
        "ipython#8807",
        "super() with names works when the base is edited",
        """
-- save c8807/__init__.py
-- save c8807/base.py
class Base(object):
    def __init__(self):
        self.made = 'base'
-- save c8807/child.py
from c8807.base import Base
class Child(Base):
    def __init__(self):
        super(Child, self).__init__()
        self.child = True
-- cell
from c8807.child import Child
old = Child()
-- save c8807/base.py
class Base(object):
    kind = 'edited'
    def __init__(self):
        self.made = 'base 2'
-- cell
new = Child()
new.made, new.kind, old.kind, isinstance(old, Child)
-- expect
('base 2', 'edited', 'edited', True)
""",
    ),
    case(
        "lasio#282",
        "super() works after an edit of the module that both classes are in",
        """
-- save c282.py
class Item(dict):
    def __init__(self, name):
        super(Item, self).__init__()
        self.name = name
class Header(Item):
    def __init__(self, name):
        super(Header, self).__init__(name)
def header():
    return Header('VERS')
-- cell
import c282
keep = c282.header
-- save c282.py
SEP = ':'
class Item(dict):
    def __init__(self, name):
        super(Item, self).__init__()
        self.name = name + SEP
class Header(Item):
    def __init__(self, name):
        super(Header, self).__init__(name)
def header():
    return Header('VERS')
-- cell
keep().name, c282.header().name, type(keep()) is c282.Header
-- expect
('VERS:', 'VERS:', True)
""",
    ),
    case(
        "spyder#8866",
        "old objects are of the class that the module has",
        """
-- save c8866.py
class Work:
    step = 1
-- cell
from c8866 import Work
import c8866
work = Work()
-- save c8866.py
import math
class Work:
    step = math.floor(2.5)
-- cell
work.__class__ is c8866.Work is Work, work.step
-- expect
(True, 2)
""",
    ),
    case(
        "streamlit#9638",
        "isinstance() holds across modules",
        """
-- save c9638a.py
class Model:
    name = 'm'
-- save c9638b.py
from c9638a import Model
def check(x):
    return isinstance(x, Model)
-- cell
from c9638a import Model
from c9638b import check
m = Model()
-- save c9638a.py
import collections
class Model:
    name = 'm2'
    items = collections.OrderedDict()
-- cell
check(m), check(Model()), m.name
-- expect
(True, True, 'm2')
""",
    ),
    case(
        "jurigged#23",
        "a field can be added to a dataclass",
        """
-- save c23.py
from dataclasses import dataclass
@dataclass
class Job:
    name: str
-- cell
from c23 import Job
old = Job('a')
-- save c23.py
from dataclasses import dataclass
@dataclass
class Job:
    name: str
    size: int = 3
-- cell
Job('b', 5), isinstance(old, Job), old.size
-- expect
(Job(name='b', size=5), True, 3)
""",
    ),
    case(
        "",
        "a method that was taken out is gone, a property may become a method",
        """
-- save own_prop.py
class P:
    @property
    def size(self):
        return 1
    def gone(self):
        pass
-- cell
from own_prop import P
p = P()
-- save own_prop.py
class P:
    def size(self):
        return 2
-- cell
p.size(), hasattr(p, 'gone')
-- expect
(2, False)
""",
    ),
)

FUNCTIONS: Sequence[Case] = (
    case(
        "ipython#11099",
        "a decorated function that a cell took is the new one",
        """
-- save c11099.py
import functools
def deco(f):
    @functools.wraps(f)
    def inner(*args):
        return 'deco', f(*args)
    return inner
@deco
def work(x):
    return x
-- cell
from c11099 import work
held = [work]
-- save c11099.py
import functools
def deco(f):
    @functools.wraps(f)
    def inner(*args):
        return 'new deco', f(*args)
    return inner
@deco
def work(x):
    return x * 2
-- cell
work(2), held[0](2)
-- expect
(('new deco', 4), ('new deco', 4))
""",
    ),
    case(
        "ipython#2543",
        "a decorator that is another module's can be edited",
        """
-- save c2543a.py
def timed(f):
    def inner(*args):
        return 'v1', f(*args)
    return inner
-- save c2543b.py
from c2543a import timed
@timed
def job(x):
    return x
-- cell
from c2543b import job
-- save c2543a.py
def timed(f):
    def inner(*args):
        return 'v2', f(*args)
    return inner
-- cell
job(1)
-- expect
('v2', 1)
""",
    ),
    case(
        "ipython#14958",
        "a decorator may close over other variables than before",
        """
-- save c14958.py
def decorate(func):
    def wrapper(*args):
        return func(*args)
    return wrapper
@decorate
def f():
    return 'v1'
-- cell
from c14958 import f
old = f
-- save c14958.py
def decorate(func):
    zx, zy = 'x', 'y'
    def wrapper(*args):
        return zx, zy, func(*args)
    return wrapper
@decorate
def f():
    return 'v2'
-- cell
old(), f()
-- expect
(('x', 'y', 'v2'), ('x', 'y', 'v2'))
""",
    ),
    case(
        "ipython#14968",
        "annotations and keyword defaults follow",
        """
-- save c14968.py
def f(a: int, *, k=1) -> int:
    return k
-- cell
from c14968 import f
-- save c14968.py
def f(a: str, *, k=2) -> str:
    return k
-- cell
f(0), f.__annotations__['a'] in (str, 'str'), f.__kwdefaults__
-- expect
(2, True, {'k': 2})
""",
    ),
    case(
        "ipython#14984",
        "a module that holds partials can be edited",
        """
-- save c14984.py
from functools import partial
def base(a, b):
    return a, b
one = partial(base, 1)
N = 1
-- cell
from c14984 import one
import c14984
-- save c14984.py
from functools import partial
def base(a, b):
    return a, b, 'new'
one = partial(base, 1)
N = 2
-- cell
one(5), c14984.N
-- expect
((1, 5, 'new'), 2)
""",
    ),
    case(
        "ipython#14900",
        "a traceback names the file and the line of the new code",
        """
-- save c14900.py
def buggy():
    return 1 / 0
-- cell
import c14900, os, traceback
def where():
    try:
        c14900.buggy()
    except ZeroDivisionError as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return os.path.basename(last.filename), last.lineno, last.line
where()
-- save c14900.py
# a comment

def buggy():
    zero = 0
    return 2 / zero
-- cell
where()
-- expect
('c14900.py', 5, 'return 2 / zero')
""",
    ),
    case(
        "ipython#15359",
        "lines of a function that only moved are right",
        """
-- save c15359.py
def func():
    assert False, 'before'
-- cell
import c15359, traceback
def line():
    try:
        c15359.func()
    except AssertionError as error:
        return traceback.extract_tb(error.__traceback__)[-1].lineno
line()
-- save c15359.py
'''
Text,
text.
'''
# comment


def func():
    assert False, 'before'
-- cell
line()
-- expect
9
""",
    ),
    case(
        "ipython#14946",
        "inspect shows the new source",
        """
-- save c14946.py
def a(b):
    return b
-- cell
import inspect
from c14946 import a
inspect.getsource(a)
-- save c14946.py
X = 1


def a(b):
    b = b + 1
    return b
-- cell
inspect.getsource(a).count('b + 1'), inspect.getsourcelines(a)[1]
-- expect
(1, 4)
""",
    ),
    case(
        "jupyter#355",
        "a function that a cell took is the new one, also where it was kept",
        """
-- save c355.py
def load():
    return 'old'
-- cell
from c355 import load
table = {'load': load}
def use():
    return load()
-- save c355.py
def load():
    return 'new'
-- cell
load(), table['load'](), use()
-- expect
('new', 'new', 'new')
""",
    ),
    case(
        "",
        "a function that was taken out is gone",
        """
-- save own_gone.py
def f():
    return 1
def g():
    return 2
-- cell
import own_gone
-- save own_gone.py
def g():
    return 3
-- cell
hasattr(own_gone, 'f'), own_gone.g()
-- expect
(False, 3)
""",
    ),
)

NAMES: Sequence[Case] = (
    case(
        "ipython#14839",
        "what a cell did not import is not added",
        """
-- save c14839.py
n = 5
-- cell
from c14839 import n as nn
-- save c14839.py
n = 6
secret_14839 = 7
-- cell
nn, 'secret_14839' in globals()
-- expect
(6, False)
""",
    ),
    case(
        "ipython#14934",
        "an import that did not run is not made up for",
        """
-- save c14934.py
fast = 1
slow = 1
-- cell
if True:
    from c14934 import fast
else:
    from c14934 import slow
-- save c14934.py
fast = 2
slow = 2
-- cell
fast, 'slow' in globals()
-- expect
(2, False)
""",
    ),
    case(
        "vscode-jupyter#4555",
        "a constant that a cell took follows",
        """
-- save c4555.py
LIMIT = 1
-- cell
from c4555 import LIMIT
def over(x):
    return x > LIMIT
-- save c4555.py
LIMIT = 10
-- cell
LIMIT, over(5)
-- expect
(10, False)
""",
    ),
    case(
        "spyder#17414",
        "names of a star import follow",
        """
-- save c17414.py
def step_17414():
    return 1
SIZE_17414 = 1
-- cell
from c17414 import *
-- save c17414.py
def step_17414():
    return 2
SIZE_17414 = 2
def more_17414():
    return 3
-- cell
step_17414(), SIZE_17414, more_17414()
-- expect
(2, 2, 3)
""",
    ),
    case(
        "jupyterlab#10883",
        "a function that is new is there",
        """
-- save c10883.py
def first():
    return 1
-- cell
import c10883
-- save c10883.py
def first():
    return 1
def second():
    return 2
-- cell
c10883.second()
-- expect
2
""",
    ),
    case(
        "marimo#6501",
        "a name that was missing at first can be imported once it is there",
        """
-- save c6501.py
x = 1
-- cell
from c6501 import missing
-- save c6501.py
x = 1
def missing():
    return 'found'
-- cell
from c6501 import missing
missing()
-- expect
'found'
""",
    ),
    case(
        "",
        "a name that a cell bound itself is left alone",
        """
-- save own_left.py
A = 1
B = 1
-- cell
from own_left import A, B
-- cell
A = 'mine'
-- save own_left.py
A = 2
B = 2
-- cell
A, B
-- expect
('mine', 2)
""",
    ),
    case(
        "",
        "a module whose file was broken at first can be imported once it is mended",
        """
-- save own_broken.py
def f(:
-- cell
import own_broken
-- save own_broken.py
def f():
    return 1
-- cell
import own_broken
-- save own_broken.py
def f():
    return 2
-- cell
own_broken.f()
-- expect
2
""",
    ),
)

MODULES: Sequence[Case] = (
    case(
        "ipython#10395",
        "an edit of a submodule is seen through the package",
        """
-- save c10395/__init__.py
from c10395.neato import torpedo
-- save c10395/neato.py
LOAD = 1
def torpedo():
    return 'first', LOAD
-- cell
import c10395
-- save c10395/neato.py
LOAD = 2
def torpedo():
    return 'second', LOAD
-- cell
c10395.torpedo(), c10395.neato.torpedo(), c10395.neato.LOAD
-- expect
(('second', 2), ('second', 2), 2)
""",
    ),
    case(
        "discord#1457",
        "constants go through a chain of modules",
        """
-- save c1457/__init__.py
from .config import RATE
-- save c1457/config.py
RATE = 1
-- save c1457/price.py
from . import RATE
TABLE = {'vat': RATE * 10}
class Price:
    rate = RATE
-- cell
from c1457.price import Price, TABLE
from c1457 import RATE
price = Price()
-- save c1457/config.py
RATE = 2
-- cell
RATE, TABLE, price.rate, Price.rate
-- expect
(2, {'vat': 20}, 2, 2)
""",
    ),
    case(
        "marimo#1188",
        "a file written by a cell counts",
        """
-- save c1188.py
def f():
    return 1
-- cell
from c1188 import f
-- cell
import pathlib
_ = pathlib.Path('c1188.py').write_text('def f():\\n    return 22\\n')
-- cell
f()
-- expect
22
""",
    ),
    case(
        "marimo#1542",
        "importing a module again after an edit brings the new function",
        """
-- save c1542.py
-- cell
import c1542
-- save c1542.py
def fun1():
    return 'fun1'
-- cell
import c1542
c1542.fun1()
-- expect
'fun1'
""",
    ),
    case(
        "fastapi#4388",
        "what was expensive to make is kept",
        """
-- save c4388.py
MADE = []
def load():
    MADE.append('model')
    return {'weights': [1, 2, 3]}
MODEL = load()
def predict(x):
    return x
-- cell
import c4388
model = c4388.MODEL
model['weights'].append(4)
-- save c4388.py
MADE = []
def load():
    MADE.append('model')
    return {'weights': [1, 2, 3]}
MODEL = load()
def predict(x):
    return x + len(MODEL['weights'])
-- cell
c4388.predict(1), c4388.MODEL is model, c4388.MADE
-- expect
(5, True, ['model'])
""",
    ),
    case(
        "",
        "a counter in a module goes on",
        """
-- save own_count.py
count = 0
STEP = 1
def add():
    global count
    count += STEP
    return count
-- cell
from own_count import add
add(), add()
-- save own_count.py
count = 0
STEP = 10
def add():
    global count
    count += STEP
    return count, 'new'
-- cell
add()
-- expect
(12, 'new')
""",
    ),
    case(
        "pydantic-ai-harness#969",
        "an edit that fails half-way leaves nothing changed",
        """
-- save c969a.py
K = 1
-- save c969b.py
from c969a import K
D = K * 10
-- cell
import c969a, c969b
-- save c969a.py
K = 2
-- save c969b.py
from c969a import K
D = K * 10
E = 1 / 0
-- cell
c969a.K, c969b.K, c969b.D, hasattr(c969b, 'E')
-- expect
(1, 1, 10, False)
""",
    ),
    case(
        "vscode-jupyter#7293",
        "a syntax error changes nothing and its mending is taken",
        """
-- save c7293.py
def f():
    return 1
-- cell
from c7293 import f
-- save c7293.py
def f(:
    return 2
-- cell
f()
-- save c7293.py
def f():
    return 3
-- cell
f()
-- expect
3
""",
    ),
    case(
        "Revise#766",
        "two files saved together are taken together",
        """
-- save c766a.py
from c766b import make
def call():
    return make(1)
-- save c766b.py
def make(x):
    return x
-- cell
from c766a import call
call()
-- save c766a.py
from c766b import build
def call():
    return build(1, 2)
-- save c766b.py
def build(x, y):
    return x, y
-- cell
call()
-- expect
(1, 2)
""",
    ),
)

CASES: Sequence[Case] = (*CLASSES, *FUNCTIONS, *NAMES, *MODULES)
