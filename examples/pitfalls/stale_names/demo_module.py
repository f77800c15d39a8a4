def some_function():
    return "some value"
