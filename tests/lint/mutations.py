"""Each query that is ok is made wrong in one place: its metric's name, a label, a value, its type. Every change is reported, the
unchanged query never.

usage: mutations.py DASHBOARD-LINT SOURCE_ROOT
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

shared = os.path.abspath(os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or "../shared")
tool, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
if not os.path.isdir(shared):
    print(f"SKIPPED: there is no {shared}; set PITOT_SHARED")
    sys.exit(77)
scrapes = [f for kind in ("node", "mysqld", "postgres", "redis", "rabbitmq") for f in sorted(glob.glob(os.path.join(shared, "catalogs", "scrapes", f"{kind}_*.prom")))]
sources = [word for f in scrapes for word in ("--metrics", f"{f},job={os.path.basename(f).split('_')[0]},instance=host")]
types = {}
for f in scrapes:
    for line in open(f, encoding="utf-8"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            types[name] = kind
names = set(types) | {n + end for n, t in types.items() if t in ("histogram", "summary") for end in ("_bucket", "_sum", "_count")}


def lint(expressions, folder):
    path = os.path.join(folder, "d.json")
    with open(path, "w", encoding="utf-8") as f:
        names = {name for e in expressions for name in re.findall(r"(?:\$\{?|\[\[)([a-zA-Z]\w*)", e)}
        json.dump({"templating": {"list": [{"name": name} for name in sorted(names)]}, "panels": [{"targets": [{"expr": e}]} for e in expressions]}, f)
    done = subprocess.run([tool, path, *sources, "--format", "json"], capture_output=True, text=True, timeout=120, check=False)
    report = json.loads(done.stdout)
    found = {}
    for f in report["findings"]:
        found.setdefault(int(f["pointer"].split("/")[2]), []).append(f)
    unknown = {int(n["pointer"].split("/")[2]) for n in report["not_verified"]}
    return found, unknown


def expressions(value):
    if isinstance(value, dict):
        for k, v in value.items():
            if k == "expr" and isinstance(v, str) and v.strip():
                yield v
            yield from expressions(v)
    elif isinstance(value, list):
        for v in value:
            yield from expressions(v)


def mutants(expr):
    """(what was changed, the rules that may say so, the changed query)"""
    for m in re.finditer(r"(?<![\w:$\"'])([a-zA-Z_:][\w:]*)(?=\s*(\{[^}]*\})?)", expr):
        name = m[1]
        if name not in names or re.match(r"\s*\(", expr[m.end():]):
            continue
        yield "name", {"metric-not-exposed"}, expr[:m.start()] + name + "_gone" + expr[m.end():]
        braces = re.match(r"\s*\{([^}]*)\}", expr[m.end():])
        if braces:
            for label in re.finditer(r'([a-zA-Z_]\w*)\s*(=~|=)\s*"([^"$\[]+)"', braces[1]):
                if re.fullmatch(label[3], "") if label[2] == "=~" else not label[3]:
                    continue
                at = m.end() + braces.start(1)
                if label[1] not in ("job", "instance"):
                    yield "label", {"label-not-exposed", "label-renamed"}, expr[:at + label.start(1)] + "x_" + expr[at + label.start(1):]
                yield "value", {"label-value-not-exposed", "job-not-scraped", "instance-filter"}, expr[:at + label.start(3)] + "zz" + label[3].replace("|", "|zz") + expr[at + label.end(3):]
        if types.get(name) == "gauge" and not re.match(r"\s*(\{[^}]*\})?\s*\[", expr[m.end():]) and "offset" not in expr:
            end = m.end() + (braces.end() if braces else 0)
            yield "type", {"rate-on-gauge"}, expr[:m.start()] + "rate(" + expr[m.start():end] + "[5m])" + expr[end:]
    for m in re.finditer(r"\b(?:i?rate|increase)\(([a-zA-Z_:][\w:]*_total)(\s*\{[^}]*\})?\[[^\]]*\]\)", expr):
        if types.get(m[1]) == "counter" and "offset" not in expr and expr.count(m[1]) == 1:
            yield "type", {"counter-without-rate"}, expr[:m.start()] + m[1] + (m[2] or "") + expr[m.end():]


boards = glob.glob(os.path.join(shared, "dashboards", "corpus", "**", "*.json"), recursive=True) + glob.glob(os.path.join(root, "examples", "config", "*.json"))
queries = sorted({e for b in boards for e in expressions(json.load(open(b, encoding="utf-8")))})
passed, failures = 0, []
with tempfile.TemporaryDirectory() as folder:
    found, unknown = lint(queries, folder)
    good = [q for i, q in enumerate(queries) if i not in unknown and not any(f["severity"] != "info" for f in found.get(i, []))]
    changed = [(q, *m) for q in good for m in mutants(q)]
    found, unknown = lint([m[3] for m in changed], folder)
    again, _ = lint(good, folder)
    for i, q in enumerate(good):
        bad = [f for f in again.get(i, []) if f["severity"] != "info"]
        passed += not bad
        failures += [f"unchanged: {f['rule']}: {q}" for f in bad]
    for i, (q, what, rules, text) in enumerate(changed):
        if rules & {f["rule"] for f in found.get(i, [])}:
            passed += 1
        elif i not in unknown:
            failures.append(f"{what} not reported: {text}   (was {q})")
for failure in failures[:40]:
    print("FAILED", failure[:600])
kinds = {k: sum(m[1] == k for m in changed) for k in ("name", "label", "value", "type")}
print(f"{len(good)} queries of {len(queries)} are ok; changed: {kinds}")
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures or min(kinds.values()) < 5 or len(changed) < 300 else 0)
