"""Programs that start a server, a kernel or a debugger; run by plain `python`.

The first two find in the variable RUN what stands between ``python`` and the program's words.
"""

#: ``driver.py /path,/other words``: start a server, print its answers, interrupt it.
SERVER = r"""
import os, re, shlex, signal, socket, subprocess, sys, time, urllib.error, urllib.request
paths, *words = sys.argv[1:]
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
# The frame of a guard around the application, which docs/limits.md names, with its text.
guard = r'(?m)^ *File "[^"\n]*/entrepot/running/adapters/[^\n]*\n(?:    [^\n]*\n)*'
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
command = [sys.executable, *shlex.split(os.environ["RUN"])]
command += [word.replace("PORT", str(port)) for word in words]
server = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True)
def answer(path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
deadline = time.monotonic() + 120
while server.poll() is None and time.monotonic() < deadline:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        break
    except OSError:
        time.sleep(0.1)
try:
    for path in paths.split(","):
        print(path, *answer(path))
    time.sleep(0.5)  # some servers tell of a request after they have answered it
finally:
    os.killpg(server.pid, signal.SIGINT)
    log, _ = server.communicate(timeout=120)
    log = re.sub(guard, "", log)
    lines = log.replace(str(port), "PORT").split("\n")
    print("exit", server.returncode)
    print(*sorted(re.sub(r"\[?\d+\]?", "N", line) for line in lines), sep="\n")
"""

#: Execute a notebook with a kernel that is started as the variable RUN says.
NOTEBOOK = r"""
import json, os, shlex, sys
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
import nbclient
from nbformat.v4 import new_code_cell, new_notebook
class Specs(KernelSpecManager):
    def get_kernel_spec(self, name):
        start = [sys.executable, *shlex.split(os.environ["RUN"]), "-m", "ipykernel_launcher"]
        return KernelSpec(argv=[*start, "-f", "{connection_file}"], language="python",
                          display_name="python")
class Manager(AsyncKernelManager):
    def __init__(self, *words, **more):
        super().__init__(*words, **more)
        self.kernel_spec_manager = Specs()
cells = '''
import sys, json, __main__
print(__name__, sys.argv[0].rpartition("/")[2], __main__.__dict__ is globals())
---
open("shop.py", "w").write("def price():\\n    return 3\\n")
import shop; shop.price()
---
open("shop.py", "w").write("def price():\\n    return 40\\n")
import importlib; importlib.reload(shop).price()
---
class A: pass
import pickle; type(pickle.loads(pickle.dumps(A()))) is A, A.__module__
---
%load_ext autoreload
%autoreload 2
%timeit -n1 -r1 -q shop.price()
---
import multiprocessing as m; m.get_context("fork").Pool(1).map(abs, [-1])
---
!echo from a shell
---
import nosuch_module
---
from nosuch_package.part import x
---
shop.nosuch
---
await __import__("asyncio").sleep(0, "awaited")
---
sorted(n for n in sys.modules if n.startswith("ipykernel"))[:5]
'''.split("---")
book = new_notebook(cells=[new_code_cell(cell.strip()) for cell in cells])
nbclient.NotebookClient(
    book, allow_errors=True, kernel_manager_class=Manager, timeout=120, startup_timeout=120
).execute()
for cell in book.cells:
    for output in cell.outputs:
        output.pop("execution_count", None)
        print(json.dumps(output, indent=1, sort_keys=True))
"""

#: ``debugger.py stops.json words of python``: run them below debugpy, with a client that breaks
#: in some functions of the package BREAK_IN, twice at each, and notes where the program stops.
DEBUGGER = r"""
import ast, collections, importlib.util, json, os, pathlib, socket, subprocess, sys
answer, *words = sys.argv[1:]
spec = importlib.util.find_spec(os.environ["BREAK_IN"])
lines = {}
for folder in spec.submodule_search_locations:
    for file in sorted(pathlib.Path(folder).glob("*.py")):
        nodes = ast.walk(ast.parse(file.read_text()))
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
        lines[str(file)] = [function.body[-1].lineno for function in functions[::5]]
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(120)
address = "127.0.0.1:%d" % listener.getsockname()[1]
debugpy = ["-Xfrozen_modules=off", "-m", "debugpy", "--connect", address, "--wait-for-client"]
program = subprocess.Popen([sys.executable, *debugpy, *words])
stream = listener.accept()[0].makefile("rwb")
number = 0
def send(command, **arguments):
    global number
    number += 1
    body = {"seq": number, "type": "request", "command": command, "arguments": arguments}
    text = json.dumps(body).encode()
    stream.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
    stream.flush()
def receive():
    size = 0
    while line := stream.readline().strip():
        size = int(line.partition(b":")[2])
    return json.loads(stream.read(size)) if size else None
stops = collections.Counter()
send("initialize", adapterID="check", clientID="check", pathFormat="path")
send("attach", justMyCode=False)
try:
    while (message := receive()) is not None:
        kind = message.get("event") or message.get("command")
        if kind == "initialized":
            for file, at in lines.items():
                points = [{"line": line, "hitCondition": "<=2"} for line in at]
                send("setBreakpoints", source={"path": file}, breakpoints=points)
            send("configurationDone")
        elif kind == "stopped":
            thread = message["body"]["threadId"]
            send("stackTrace", threadId=thread, startFrame=0, levels=1)
        elif kind == "stackTrace":
            frame = message["body"]["stackFrames"][0]
            stops[f"{frame['source']['path']}:{frame['line']} {frame['name']}"] += 1
            send("continue", threadId=thread)
        elif kind == "terminated":
            break
except ConnectionError:
    pass  # the program has ended
code = program.wait(timeout=600)
pathlib.Path(answer).write_text(json.dumps(stops))
sys.exit(code)
"""
