"""Pitot's PromQL engine beside Prometheus's own: the cases of upstream's benchmarks over series in memory."""

import json
import math
import os
import subprocess
import sys

from programs import BUILD, ROOT, say

sys.path.insert(0, str(ROOT / "tests" / "promql"))
import upstream  # noqa: E402


# Of ../shared/promql/bench_cases.json; the first word names the data in both programs.
SECTIONS = ("range_query", "join_query", "native_histograms", "info_function")


def show(steps=(1000,)):
    shared = os.environ.get("PITOT_SHARED") or ROOT.parent / "shared"
    path = os.path.join(shared, "promql", "bench_cases.json")
    if not os.path.exists(path):
        say("Without the PromQL engines: ../shared is not there")
        return
    peer = upstream.judge()
    if peer is None:
        say("Without the PromQL engines: Prometheus's cannot be built")
        return
    with open(path, encoding="utf-8") as f:
        sections = json.load(f)
    print("\nPromQL answered, range queries from memory on one processor, the fastest of all runs   (goal: 6 times faster, nowhere less than 2;\n"
          "at most half the memory)")
    for name in SECTIONS:
        cases = [c if isinstance(c, dict) else {"expr": c, "steps": 240} for c in sections[name]["cases"]]
        if name == "range_query":
            cases = [c for c in cases if c["steps"] in steps]
        compare(name, cases, peer)


def compare(section, cases, peer):
    ours = BUILD / "tests" / "promql" / "judged"
    print(f"  x faster    Pitot  Prometheus 3.16     peak KiB of both   {section}")
    ratios = []
    for case in cases:
        got = []
        for program in (ours, peer):
            done = subprocess.run([program, "bench", case["expr"], str(case["steps"]), section.split("_")[0]], capture_output=True, text=True, check=False)
            got.append(json.loads(done.stdout) if done.returncode == 0 else None)
        if None in got:
            print(f"  {case['expr']}: not answered by {'Pitot' if got[0] is None else 'Prometheus'}")
            continue
        a, b = got
        if a["samples"] != b["samples"] or not math.isclose(float(a["sum"]), float(b["sum"]), rel_tol=1e-6, abs_tol=1e-6):
            print(f"  {case['expr']}: results differ: {a} {b}")
            continue
        ratios.append((b["ns"] / a["ns"], b["peak_kb"] / max(a["peak_kb"], 1)))
        print(f"  {ratios[-1][0]:7.1f} {a['ns'] / 1e6:9.3f} ms {b['ns'] / 1e6:9.3f} ms {a['peak_kb']:8} {b['peak_kb']:8}   {case['expr']}")
    if ratios:
        print(f"  {math.exp(sum(math.log(r) for r, _ in ratios) / len(ratios)):7.1f}  geometric mean of {len(ratios)}; least {min(r for r, _ in ratios):.1f}; "
              f"under twice: {sum(r < 2 for r, _ in ratios)}; more than half the memory: {sum(m < 2 for _, m in ratios)}")
