"""The fuzz targets compile: the long run alone builds them, and an interface that changed would be seen late.

usage: compiles.py SOURCE_ROOT COMPILER
All are compiled as one unit first, each in a namespace of its own behind what any of them includes; if that fails, one by one.
"""
import glob
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import together  # noqa: E402

root, compiler = os.path.abspath(sys.argv[1]), sys.argv[2]
FOLDER = os.path.join(root, "tests", "fuzz")
# A library that is missing here fails its target: tests/install has them all.
flags = subprocess.run(["pkg-config", "--cflags", "yaml-cpp", "libcurl", "re2", "fmt"], capture_output=True, text=True, check=False).stdout.split()


def complaint(text):
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(root, "include"), "-I", FOLDER, *flags,
               "-x", "c++", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)
    return done.stderr if done.returncode else None


targets = sorted(glob.glob(os.path.join(FOLDER, "*_fuzz.cpp")))
said = [None] * len(targets)
if complaint(together.unit(targets, "#define LLVMFuzzerTestOneInput fuzz_{}", "#undef LLVMFuzzerTestOneInput")) is not None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        said = list(pool.map(lambda target: complaint(f'#include "{target}"\n'), targets))
for target, text in zip(targets, said):
    if text is not None:
        print(f"FAILED {os.path.basename(target)}\n{text[:3000]}")
failed = sum(text is not None for text in said)
print(f"{len(targets) - failed} passed, {failed} failed")
sys.exit(1 if failed or not targets else 0)
