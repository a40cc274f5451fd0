"""The upstream OpenMetrics cases: each folder has an exposition and says whether it should parse.

usage: openmetrics.py READER   (READER: a program that exits 0 when it accepts the file it is given, 1 when not)
"""
import json
import os
import subprocess
import sys

shared = os.path.join(os.environ.get("PITOT_SHARED") or os.environ["PITOT_SHARED_DEFAULT"], "openmetrics")
if not os.path.isdir(shared):
    print(f"SKIPPED: the OpenMetrics cases are not at {shared}; set PITOT_SHARED")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(77)

passed = failed = 0
for name in sorted(os.listdir(shared)):
    folder = os.path.join(shared, name)
    if not os.path.isdir(folder):
        continue
    with open(os.path.join(folder, "test.json"), encoding="utf-8") as f:
        case = json.load(f)
    done = subprocess.run([*sys.argv[1:], os.path.join(folder, case["file"])], capture_output=True, text=True, timeout=30, check=False)
    accepted = {0: True, 1: False}.get(done.returncode)
    where = ":" in done.stderr + done.stdout  # a refusal names its line
    if accepted is case["shouldParse"] and (accepted or where):
        passed += 1
    else:
        failed += 1
        print(f"{name}: should parse: {case['shouldParse']}, exit {done.returncode}: {(done.stdout + done.stderr).strip()}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
