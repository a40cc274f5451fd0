"""The single header under another standard library and for another system.

usage: elsewhere.py SOURCE_ROOT WORK_FOLDER
libc++ with clang: compiled, run. Windows with mingw-w64 (posix threads): compiled and linked. And -fno-exceptions.
"""
import os
import shutil
import subprocess
import sys

FLAGS = ["-std=c++20", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
CASES = [
    ("libc++", "clang++-16", ["-stdlib=libc++", "-pthread"], True),
    ("mingw-w64, posix threads", "x86_64-w64-mingw32-g++-posix", ["-static"], False),
    ("gcc without exceptions", "g++", ["-fno-exceptions", "-pthread"], True),
    ("clang without exceptions", "clang++-16", ["-fno-exceptions", "-pthread"], True),
]

root, work = sys.argv[1], sys.argv[2]
source = os.path.join(root, "tests", "consumers", "main.cpp")
passed = failed = skipped = 0
for name, compiler, flags, runs in CASES:
    if not shutil.which(compiler):
        print(f"SKIPPED: {name}: {compiler} is not installed")
        skipped += 1
        continue
    program = os.path.join(work, "elsewhere-" + name.replace(" ", "-").replace(",", "") + ".exe")
    ccache = [shutil.which("ccache")] if shutil.which("ccache") else []
    done = subprocess.run([*ccache, compiler, *FLAGS, *flags, "-DSINGLE", "-I", os.path.join(root, "single_include"), "-c", source, "-o", program + ".o"],
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        done = subprocess.run([compiler, *flags, program + ".o", "-o", program], capture_output=True, text=True, check=False)
    if done.returncode == 0 and runs:
        done = subprocess.run([program], capture_output=True, text=True, timeout=20, check=False)
        if done.returncode == 0 and 'visits_total{page="home"} 1' not in done.stdout:
            done.returncode = 1
    if done.returncode == 0:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}: {compiler} {' '.join(flags)}\n{done.stdout}{done.stderr[:6000]}")
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failed else 0)
