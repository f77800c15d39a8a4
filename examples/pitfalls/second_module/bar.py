import foo


def hello_bar():
    return foo.hello()
