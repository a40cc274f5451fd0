#!/usr/bin/env python3
"""Runs an example and compares what it prints.

usage: compare.py [--accept] PROGRAM OUTPUT_FILE
"""
import difflib
import subprocess
import sys

accept = "--accept" in sys.argv
program, path = [a for a in sys.argv[1:] if a != "--accept"]
done = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
if accept:
    with open(path, "w", encoding="utf-8") as f:
        f.write(done.stdout)
with open(path, encoding="utf-8") as f:
    wanted = f.read()
sys.stderr.write(done.stderr)
sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), done.stdout.splitlines(True), path, "seen"))
good = done.returncode == 0 and done.stdout == wanted
if done.returncode:
    print(f"exit {done.returncode}")
print("1 passed, 0 failed" if good else "0 passed, 1 failed")
sys.exit(0 if good else 1)
