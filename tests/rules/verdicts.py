"""Rule tests and rule files of shared/promql/rules: `promcheck test` and `promcheck rules` give promtool's verdicts.

usage: verdicts.py PROMCHECK
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
promcheck = os.path.abspath(sys.argv[1])
passed, failures = 0, []
with open(os.path.join(folder, "verdicts.jsonl"), encoding="utf-8") as f:
    rows = [json.loads(line) for line in f]
for row in rows:
    if row["options"].get("at_modifier") is False and row["verdict"] == "findings":
        print(f"not run: {row['file']}: {row['why']}")
        continue
    words = ["test" if row["command"] == "test rules" else "rules", os.path.join(folder, row["file"])]
    for pattern in row.get("run") or []:
        words += ["--run", pattern]
    done = subprocess.run([promcheck, *words], capture_output=True, text=True, timeout=60, check=False)
    wanted = 0 if row["verdict"] == "clean" else 1
    if done.returncode == wanted:
        passed += 1
    else:
        failures.append(f"{' '.join(words)}: exit {done.returncode}, not {wanted} ({row['why']})\n{done.stdout}{done.stderr}")
for failure in failures:
    print("FAILED", failure)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures or passed < len(rows) - 1 else 0)
