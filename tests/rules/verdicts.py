"""Rule tests and rule files of shared/promql/rules: `promcheck test` and `promcheck rules` give promtool's verdicts.

WITHOUT_AT runs rows whose engine has no @, which is an option of the library alone.

usage: verdicts.py PROMCHECK WITHOUT_AT
"""
import json
import os
import subprocess
import sys

shared = os.path.abspath(os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or "../shared")
folder = os.path.join(shared, "promql", "rules")
if not os.path.isdir(folder):
    print(f"SKIPPED: there is no {folder}; set PITOT_SHARED")
    sys.exit(77)
promcheck, without_at = (os.path.abspath(path) for path in sys.argv[1:3])
passed, failures = 0, []
with open(os.path.join(folder, "verdicts.jsonl"), encoding="utf-8") as f:
    rows = [json.loads(line) for line in f]
for row in rows:
    path = os.path.join(folder, row["file"])
    words = [promcheck, "test" if row["command"] == "test rules" else "rules", path]
    if row["options"].get("at_modifier") is False and row["verdict"] == "findings":
        words = [without_at, path]
    for pattern in row.get("run") or []:
        words += ["--run", pattern]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    wanted = 0 if row["verdict"] == "clean" else 1
    if done.returncode == wanted:
        passed += 1
    else:
        failures.append(f"{' '.join(words)}: exit {done.returncode}, not {wanted} ({row['why']})\n{done.stdout}{done.stderr}")
for failure in failures:
    print("FAILED", failure)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures or passed < len(rows) else 0)
