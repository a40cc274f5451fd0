"""Every engine script of shared/promql/promqltest through `promcheck test`: all evaluations pass, none is left out.

usage: engine_scripts.py PROMCHECK
"""
import glob
import json
import os
import re
import subprocess
import sys

shared = os.path.abspath(os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or "../shared")
folder = os.path.join(shared, "promql", "promqltest")
if not os.path.isdir(folder):
    print(f"SKIPPED: there is no {folder}; set PITOT_SHARED")
    sys.exit(77)
files = sorted(glob.glob(os.path.join(folder, "*.test")))
wanted = 0
for file in files:
    with open(file, encoding="utf-8") as f:
        wanted += sum(1 for line in f if re.match(r"\s*eval", line))
done = subprocess.run([os.path.abspath(sys.argv[1]), "test", *files], capture_output=True, text=True, timeout=120, check=False)
print(done.stdout[-20000:], end="")
print(done.stderr, end="", file=sys.stderr)
last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
if not last.startswith(f"{wanted} passed, 0 failed") or done.returncode != 0:
    print(f"FAILED: {wanted} evaluations are in {len(files)} scripts; exit {done.returncode}")
    sys.exit(1)
