"""Two units that include every header link into one program: no definition stands in a header twice. So does a unit
that asks a query with the one that holds the engine for it.

usage: link.py SOURCE_ROOT WORK_FOLDER COMPILER…
The first compiler that is there: what stands twice does so under each, and the other reads all headers in other tests.
"""
import os
import shutil
import subprocess
import sys

root, work, compilers = sys.argv[1], sys.argv[2], sys.argv[3:]
LIBRARIES = ["yaml-cpp", "libcurl", "libmicrohttpd", "zlib", "fmt"]
FLAGS = ["-std=c++20", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-pthread"]


def pkg_config(what):
    words = []
    for library in LIBRARIES:
        done = subprocess.run(["pkg-config", what, library], capture_output=True, text=True, check=False)
        words += done.stdout.split()
    return words


os.makedirs(work, exist_ok=True)
include = os.path.join(root, "include")
headers = sorted(os.path.relpath(os.path.join(where, name), include)
                 for where, _, names in os.walk(os.path.join(include, "pitot")) for name in names if name.endswith(".hpp"))
everything = "".join(f"#include <{h}>\n" for h in headers)
ASKS = """#include <pitot/promql/engine/query.hpp>
int asks();
int asks()
{
    const pitot::store::series_store data;
    return pitot::promql::query("1 + 1", data, pitot::promql::query_times::at(0), {}) ? 0 : 1;
}
"""
SOURCES = {
    "one.cpp": everything + "int link_one();\nint link_one() { return 0; }\n",
    "start.cpp": "int link_one();\nint link_two();\nint main() { return link_one() + link_two(); }\n",
    "asks.cpp": "#define PITOT_SEPARATE_ENGINE\n" + ASKS,
    "engine.cpp": "#define PITOT_SEPARATE_ENGINE\n#define PITOT_ENGINE_SOURCE\n" + ASKS.replace("asks", "asks_too") +
                  "int asks();\nint main() { return asks() + asks_too(); }\n",
}
for name, text in SOURCES.items():
    with open(os.path.join(work, name), "w", encoding="utf-8") as f:
        f.write(text)
compiler = next((c for c in compilers if shutil.which(c)), None)
if compiler is None:
    print("none of these compilers is there:", *compilers)
    print("0 passed, 1 failed")
    sys.exit(1)
ccache = [shutil.which("ccache")] if shutil.which("ccache") else []


def made(name):
    return os.path.join(work, f"{name}.{os.path.basename(compiler)}")


def compiled(name):
    return [*ccache, compiler, *FLAGS, *pkg_config("--cflags"), "-I", include, "-c", os.path.join(work, f"{name}.cpp"), "-o", made(f"{name}.o")]


PROGRAMS = {
    # The second unit is the first one under another name: to compile the same text again would tell no more.
    "every header in two units": [
        compiled("one"), compiled("start"),
        ["objcopy", "--redefine-sym", "_Z8link_onev=_Z8link_twov", made("one.o"), made("two.o")],
        [compiler, made("start.o"), made("one.o"), made("two.o"), "-pthread", "-o", made("all"), *pkg_config("--libs")], [made("all")]],
    "the engine in one unit": [
        compiled("asks"), compiled("engine"),
        [compiler, made("asks.o"), made("engine.o"), "-pthread", "-o", made("separate")], [made("separate")]],
}
passed = 0
for name, commands in PROGRAMS.items():
    for command in commands:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            print(f"FAILED {name}: {' '.join(command[:2])}\n{done.stdout[:6000]}")
            break
    else:
        passed += 1
print(f"{passed} passed, {len(PROGRAMS) - passed} failed")
sys.exit(passed != len(PROGRAMS))
