"""Every C++ file is as the pinned formatter leaves it; `tests/format/format.py . --fix` rewrites those that are not.

usage: format.py SOURCE_ROOT [--fix]
"""
import os
import subprocess
import sys

FORMATTER = "clang-format-16"  # another version formats otherwise
FOLDERS = ["include", "tools", "examples", "tests"]
# What must not compile is written as a careless user would write it.
EXCEPT = ["tests/compile_fail"]

root = sys.argv[1]
found = []
for folder in FOLDERS:
    for path, _, names in os.walk(os.path.join(root, folder)):
        if any(os.path.relpath(path, root).startswith(skipped) for skipped in EXCEPT):
            continue
        found += [os.path.join(path, name) for name in names if name.endswith((".hpp", ".cpp"))]
if "--fix" in sys.argv:
    sys.exit(subprocess.run([FORMATTER, "-i", *sorted(found)], check=False).returncode)
bad = []
for path in sorted(found):
    with open(path, "rb") as f:
        text = f.read()
    if subprocess.run([FORMATTER, "--assume-filename", path], input=text, capture_output=True, check=True).stdout != text:
        bad.append(os.path.relpath(path, root))
for path in bad:
    print(f"{path}: not as {FORMATTER} leaves it; tests/format/format.py . --fix")
print(f"{len(found) - len(bad)} passed, {len(bad)} failed")
sys.exit(1 if bad or not found else 0)
