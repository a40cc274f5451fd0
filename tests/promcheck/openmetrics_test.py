"""The parser cases of OpenMetrics through the tool: accepted or rejected as each test.json says, with a line.

usage: openmetrics_test.py PROMCHECK
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or os.path.join(HERE, "..", "..", "..", "shared")


def main(promcheck):
    folder = os.path.join(SHARED, "openmetrics")
    if not os.path.isdir(folder):
        print(f"SKIPPED: no cases at {folder}; set PITOT_SHARED")
        return 77
    wrong, count = 0, 0
    for name in sorted(os.listdir(folder)):
        case = os.path.join(folder, name, "test.json")
        if not os.path.exists(case):
            continue
        with open(case) as f:
            what = json.load(f)
        file = os.path.join(folder, name, what["file"])
        done = subprocess.run([promcheck, "metrics", "--input-format", "openmetrics", "--parse-only", file], capture_output=True, text=True, timeout=20)
        count += 1
        good = done.returncode == (0 if what["shouldParse"] else 1) and not done.stderr
        if not what["shouldParse"]:
            good = good and done.stdout.startswith(file + ":")
        if not good:
            wrong += 1
            print(f"{name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    print(f"{count} cases, {wrong} wrong")
    return 1 if wrong or count == 0 else 0


sys.exit(main(sys.argv[1]))
