"""Generated joins of two metrics: what vector-matching-impossible says of them, held against what the engine answers.

usage: joins.py DASHBOARD-LINT PROMCHECK [COUNT [SEED]]
The metrics are those that devstack's Vector exposes. A join that the engine refuses must be told, one that gives nothing too,
one with a result never.
"""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

tool, promcheck = (os.path.abspath(path) for path in sys.argv[1:3])
count = int(sys.argv[3]) if len(sys.argv) > 3 else 150
choose = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
shared = pathlib.Path(os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT", "../shared"))
metrics = shared / "dashboards" / "devstack" / "metrics" / "vector.prom"
if not metrics.exists():
    print(f"SKIPPED: {metrics} is not there")
    sys.exit(77)

labels = {}
for line in metrics.read_text().splitlines():
    if found := re.match(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})? ", line):
        labels.setdefault(found.group(1), set()).update(re.findall(r'(\w+)="', found.group(2) or ""))
families = {}
for name in labels:
    families.setdefault(name.split("_")[0], []).append(name)
families = [names for names in families.values() if len(names) > 2]


def a_join():
    family = choose.choice(families)
    left = choose.choice(family)
    right = choose.choice(family if choose.random() < 0.8 else list(labels))
    named = sorted(labels[left] | labels[right] | {"instance", "job"})
    compared = ", ".join(choose.sample(named, choose.randint(1, min(3, len(named)))))
    how = "" if choose.random() < 0.2 else f"{choose.choice(['on', 'ignoring'])} ({compared})"
    group = choose.choice(["", "group_left ()", "group_right ()"]) if how else ""

    def part(metric):
        kind = choose.random()
        return f"rate({metric}[5m])" if kind < 0.2 else f"sum by ({compared}) ({metric})" if kind < 0.35 else metric

    return f"{part(left)} {choose.choice('+-*/')} {how} {group} {part(right)}"


joins = [a_join() for _ in range(count)]
source = f"{metrics},job=vector,instance=v"
with tempfile.TemporaryDirectory() as folder:
    rules = pathlib.Path(folder) / "rules.yml"
    rules.write_text(json.dumps({"groups": [{"name": "g", "rules": [{"record": f"r{i}", "expr": e} for i, e in enumerate(joins)]}]}))
    said = subprocess.run([tool, "--format", "json", "--metrics", source, rules], capture_output=True, text=True, check=False)
told = {int(f["pointer"].split("/")[4]): f["message"] for f in json.loads(said.stdout)["findings"]
        if f["rule"] == "vector-matching-impossible"}
failed, refused, empty = 0, 0, 0
for number, join in enumerate(joins):
    answer = subprocess.run([promcheck, "query", join, "--data", source, "--data", source, "--interval", "60s"], capture_output=True, text=True, check=False)
    wrong = answer.returncode != 0
    nothing = not wrong and not answer.stdout.strip()
    refused += wrong
    empty += nothing
    if (number in told) != (wrong or nothing) or ("refuses" in told.get(number, "") and not wrong):
        failed += 1
        print(f"FAILED {join}\n  the engine: {answer.stderr.strip()[:200] if wrong else 'nothing' if nothing else 'a result'}\n  told: {told.get(number)}")
print(f"{count} joins, {refused} refused, {empty} without a result")
print(f"{count - failed} passed, {failed} failed")
sys.exit(failed > 0 or not refused or not empty)
