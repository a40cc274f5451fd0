"""Pitot's PromQL parser beside Prometheus's own, over the expressions of real dashboards and upstream's benchmark cases."""

import json
import os
import re
import shutil
import subprocess
import tempfile

from programs import BUILD, CACHE, HERE, ROOT, quietly, say

REFERENCE = r"\$\{\w+(?::[^}]*)?\}|\$\w+|\[\[\w+(?::\w+)?\]\]"


def expressions(value):
    if isinstance(value, dict):
        for key, inside in value.items():
            if key == "expr" and isinstance(inside, str) and inside.strip():
                yield inside
            yield from expressions(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from expressions(inside)


def cases(shared):
    """{name: expressions}; variables have something in their place that both parsers take."""
    corpus = set()
    for folder, _, files in os.walk(shared / "dashboards" / "corpus"):
        for name in files:
            if name.endswith(".json"):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    corpus.update(expressions(json.load(f)))
    plain = [re.sub(REFERENCE, "x", re.sub(r"\[\s*(?:%s)\s*\]" % REFERENCE, "[5m]", e)) for e in sorted(corpus)]
    with open(shared / "promql" / "bench_cases.json", encoding="utf-8") as f:
        bench = json.load(f)["parse"]
    # Prometheus compiles the regular expressions of matchers while it parses; Pitot leaves that to whoever evaluates. So
    # only expressions without one are the same work on both sides.
    with_regex = [e for e in plain if "=~" in e or "!~" in e]
    without = [e for e in plain if "=~" not in e and "!~" not in e]
    return {"dashboards, no regex": without, "dashboards, regex": with_regex, "upstream's cases": bench["upstream_cases"], "upstream's errors": bench["upstream_error_cases"]}


def show(rounds=3):
    shared = ROOT.parent / "shared"
    if "PITOT_SHARED" in os.environ:
        shared = type(shared)(os.environ["PITOT_SHARED"])
    if not shared.is_dir() or not shutil.which("go"):
        say("Without the PromQL parsers: Go or ../shared is not there")
        return
    peer = CACHE / "go-promql"
    shutil.copytree(HERE / "peers" / "go-promql", peer, dirs_exist_ok=True)
    if not quietly(["go", "build", "-o", "parse", "."], "go build", cwd=peer, env={**os.environ, "CGO_ENABLED": "0"}):
        return
    ours = BUILD / "tests" / "bench" / "bench-promql-parse"
    print("\nPromQL parsed, a mean expression, the fastest of all windows   (goal: a tenth of Prometheus's time)")
    print("  with a regex Prometheus also compiles it, and Pitot does not; refused expressions count on both sides")
    with tempfile.TemporaryDirectory() as folder:
        for name, all_of_them in cases(shared).items():
            path = os.path.join(folder, "expressions")
            with open(path, "w", encoding="utf-8") as f:
                f.writelines(json.dumps(e) + "\n" for e in all_of_them)
            best = {}
            for _ in range(rounds):
                for who, program in (("Pitot", ours), ("Prometheus 3.16", peer / "parse")):
                    got = json.loads(subprocess.run([program, path], capture_output=True, text=True, check=True).stdout)
                    if who not in best or got["ns"] < best[who]["ns"]:
                        best[who] = got
            for who, got in best.items():
                print(f"  {name:20} {who:16} {got['ns']:8.0f} ns  x {got['ns'] / best['Pitot']['ns']:<5.1f} {got['allocations']:5.1f} allocations"
                      f"   {got['expressions']} expressions, {got['refused']} refused")
