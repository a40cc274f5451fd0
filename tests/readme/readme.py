"""Runs every block of the README as a reader would.

usage: readme.py SOURCE_ROOT WORK_FOLDER BUILD_ROOT
cpp blocks compile and run, a text block behind one is its output; sh blocks run with the built tools; meson and cmake
blocks are what tests/consumers builds; the two commands are there, and the first one runs; paths exist.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys

root, work, build = (os.path.abspath(a) for a in sys.argv[1:4])
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)
with open(os.path.join(root, "README.md"), encoding="utf-8") as f:
    text = f.read()
lines = text.splitlines()
passed, failures = 0, []


def check(holds, what):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)


def run(command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300, check=False, **more)


def libraries(source):
    """What a block's own words say it links."""
    if "connect/serve" not in source:
        return []
    return run(["pkg-config", "--cflags", "--libs", "libmicrohttpd", "zlib"]).stdout.split()


def cpp(source, output):
    path = os.path.join(work, f"block{passed}.cpp")
    with open(path, "w", encoding="utf-8") as f:
        f.write(source)
    program = path.removesuffix(".cpp")
    done = run(["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(root, "include"), path, "-o", program,
                "-pthread", *libraries(source)])
    if done.returncode == 0:
        done = run([program])
    check(done.returncode == 0 and (output is None or done.stdout == output), f"this program:\n{source}\n{done.stdout[-3000:]}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def shell(source):
    """A line that ends with & is a server: the next line waits for it, and it is stopped at the end."""
    port = str(free_port())
    script = source.replace("9598", port)
    wait = (f"for i in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && break; sleep 0.1; done")
    script = re.sub(r"&\n", "&\n" + wait + "\n", script)
    folders = [os.path.dirname(os.path.join(where, name)) for where, _, names in os.walk(os.path.join(build, "tools"))
               for name in names if name in ("exporter-run", "dashboard-lint", "promcheck")]
    path = os.pathsep.join([*folders, os.environ["PATH"]])
    done = run(["bash", "-euc", "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n" + script], cwd=root, env={**os.environ, "PATH": path})
    check(done.returncode == 0, f"these commands:\n{source}\n{done.stdout[-3000:]}")


def dry_run(source):
    """The words of an ENTRYPOINT, given to the tool it names, with --dry-run before the command."""
    words = json.loads(re.search(r"^ENTRYPOINT (.*)$", source, re.M)[1])
    at = words.index("--")
    tool = os.path.join(build, "tools", "vault-env", "vault-env")
    done = run([tool, *words[1:at], "--dry-run", *words[at:]], env={"VAULT_ADDR": "http://vault:8200", "VAULT_TOKEN": "t"})
    return done.returncode == 0 and "from redis-1#password" in done.stdout


with open(os.path.join(root, "tests", "consumers", "consumers.py"), encoding="utf-8") as f:
    consumers = f.read()
blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)
for number, (language, source) in enumerate(blocks):
    if language == "cpp":
        following = blocks[number + 1] if number + 1 < len(blocks) else ("", "")
        cpp(source, following[1] if following[0] == "text" else None)
    elif language == "sh":
        shell(source)
    elif language == "dockerfile":
        check(dry_run(source), f"vault-env does not understand this:\n{source}")
    elif language in ("meson", "cmake"):
        check(source.strip() in consumers, f"tests/consumers does not build this:\n{source}")
    elif language != "text":
        failures.append(f"nothing runs a block in {language}")

commands = re.findall(r"^    (\S+) +#", text, re.M)
check(commands == ["examples/quickstart", "tests/run"], f"the two commands are {commands}")
for command in commands:
    check(os.access(os.path.join(root, command), os.X_OK), f"{command} is no program")
quickstart = run([os.path.join(root, "examples", "quickstart")], env={**os.environ, "PITOT_BUILD": build})
check(quickstart.returncode == 0 and " ok" in quickstart.stdout, f"quickstart:\n{quickstart.stdout[-3000:]}")
for path in re.findall(r"`((?:include|single_include|examples|tests)/[\w./-]*|[A-Z]+\.md)`", text):
    check(os.path.exists(os.path.join(root, path)), f"{path} is named and does not exist")
check(any("```cpp" in line for line in lines[:20]) and len(lines) < 200, "code comes before line 20, and the page ends before line 200")

for failure in failures:
    print("FAILED", failure)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
