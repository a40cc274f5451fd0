"""The stack that the project comes from: every adjudicated finding is reported, and nothing else above info.

usage: devstack.py DASHBOARD-LINT
"""
import collections
import json
import os
import re
import subprocess
import sys

shared = os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or "../shared"
folder = os.path.join(shared, "dashboards", "devstack")
if not os.path.isdir(folder):
    print(f"SKIPPED: there is no {folder}; set PITOT_SHARED")
    sys.exit(77)
tool = os.path.abspath(sys.argv[1])
done = subprocess.run([tool, "--config", "dashboard-lint.yml", "--format", "json", "./dashboards", "./rules"], cwd=folder, capture_output=True,
                      text=True, timeout=120, check=False)
if done.returncode not in (0, 1) or done.stderr:
    print(f"FAILED: exit {done.returncode}: {done.stderr}")
    sys.exit(1)
report = json.loads(done.stdout)
expected = json.load(open(os.path.join(folder, "expected.json"), encoding="utf-8"))


def place(pointer):
    """The target or rule that a pointer leads into."""
    found = re.match(r"(.*/targets/\d+|/groups/\d+/rules/\d+)", pointer)
    return found[1] if found else pointer


reported = collections.defaultdict(list)
for f in report["findings"]:
    reported[os.path.basename(f["file"]), place(f["pointer"])].append(f)
passed, failures = 0, []
for q in expected["queries"] + expected["rules"]:
    at = os.path.basename(q.get("dashboard") or q["file"]), place(q["pointer"])
    got = reported.pop(at, [])
    rules = {f["rule"] for f in got}
    for rule in q["findings"]:
        if rule in rules:
            passed += 1
        else:
            failures.append(f"missed: {rule} at {at}: {q['expr']}")
    for f in got:
        if f["rule"] in q["findings"] or f["severity"] == "info":
            continue
        if f["rule"] not in q["advisories"]:
            failures.append(f"false: {f['rule']} ({f['severity']}) at {at}: {q['expr']}: {f['message']}")
        elif f["severity"] == "error":
            failures.append(f"an advisory as error: {f['rule']} at {at}")
    passed += 1
for at, got in reported.items():
    failures += [f"false: {f['rule']} at {at}: {f['message']}" for f in got if f["severity"] != "info"]
for failure in failures:
    print("FAILED", failure)
print(report["summary"])
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
