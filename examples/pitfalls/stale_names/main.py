"""Using `from module import x` with reload: the name keeps the old function."""

import importlib

import demo_module
from demo_module import some_function

importlib.reload(demo_module)
print("the same function:", some_function is demo_module.some_function)
