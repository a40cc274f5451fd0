"""Two units that include every header link into one program: no definition stands in a header twice.

usage: link.py SOURCE_ROOT WORK_FOLDER COMPILER…
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
units = {"link_a.cpp": everything + "int link_b();\nint main() { return link_b(); }\n",
         "link_b.cpp": everything + "int link_b();\nint link_b() { return 0; }\n"}
passed = failed = skipped = 0
for compiler in compilers:
    if not shutil.which(compiler):
        print(f"SKIPPED: {compiler} is not installed")
        skipped += 1
        continue
    ccache = [shutil.which("ccache")] if shutil.which("ccache") else []
    objects, jobs = [], []
    for name, text in units.items():
        path = os.path.join(work, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        objects.append(f"{path}.{os.path.basename(compiler)}.o")
        jobs.append(subprocess.Popen([*ccache, compiler, *FLAGS, *pkg_config("--cflags"), "-I", include, "-c", path, "-o", objects[-1]],
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    said = [job.communicate()[0] for job in jobs]
    good = all(job.returncode == 0 for job in jobs)
    if good:
        program = os.path.join(work, "linked-" + os.path.basename(compiler))
        done = subprocess.run([compiler, *objects, "-o", program, "-pthread", *pkg_config("--libs")], capture_output=True, text=True, check=False)
        said.append(done.stderr)
        good = done.returncode == 0 and subprocess.run([program], check=False).returncode == 0
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {compiler}\n" + "\n".join(said)[:6000])
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failed or not passed else 0)
