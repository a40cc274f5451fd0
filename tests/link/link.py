"""Two units that include every header link into one program: no definition stands in a header twice.

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
one, two, start = (os.path.join(work, name) for name in ("one.cpp", "two", "start.cpp"))
for path, text in ((one, everything + "int link_one();\nint link_one() { return 0; }\n"),
                   (start, "int link_one();\nint link_two();\nint main() { return link_one() + link_two(); }\n")):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
compiler = next((c for c in compilers if shutil.which(c)), None)
if compiler is None:
    print("none of these compilers is there:", *compilers)
    print("0 passed, 1 failed")
    sys.exit(1)
ccache = [shutil.which("ccache")] if shutil.which("ccache") else []
first, second, program = (f"{path}.{os.path.basename(compiler)}.o" for path in (one, two, start))
# The second unit is the first one under another name: to compile the same text again would tell no more.
said, good = "", True
for command in ([*ccache, compiler, *FLAGS, *pkg_config("--cflags"), "-I", include, "-c", one, "-o", first],
                ["objcopy", "--redefine-sym", "_Z8link_onev=_Z8link_twov", first, second],
                [compiler, *FLAGS, start, first, second, "-o", program, *pkg_config("--libs")], [program]):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    said, good = said + done.stdout, done.returncode == 0
    if not good:
        print(f"FAILED {compiler}\n{said[:6000]}")
        break
print("1 passed, 0 failed" if good else "0 passed, 1 failed")
sys.exit(not good)
