"""Generated expressions over generated data, answered by Pitot's engine and by a real Prometheus over its HTTP API.

The data, native histograms among them, reach the server by remote write. Ours is what promcheck query --format json writes, and
numbers that are equal must be written alike, and warnings and infos say the same. Half is asked of a server with delayed name removal.

usage: differential_server.py JUDGED [COUNT [SEED]]
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.parse

import upstream
from differential import Data, Generator, same, some_query

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "servers"))
import servers  # noqa: E402

# What the engine is asked with: every experimental part.
FEATURES = ["promql-experimental-functions", "promql-extended-range-selectors", "promql-binop-fill-modifiers"]
AT_ONCE = 500  # queries on one set of data


def read(text):
    """JSON whose times stay as they are written."""
    return json.loads(text, parse_float=str, parse_int=str)


class Texts:
    """Numbers that were compared; of those that are equal, the ones that are written differently."""

    def __init__(self):
        self.equal, self.apart, self.of = 0, [], ""

    def same(self, a, b):
        if not same(a, b):
            return False
        if float(a) == float(b) or (float(a) != float(a) and float(b) != float(b)):
            self.equal += 1
            if a != b:
                self.apart.append(f"{a} for {b} of {self.of}")
        return True


def same_histogram(a, b, texts):
    return (texts.same(a["count"], b["count"]) and texts.same(a["sum"], b["sum"]) and len(a.get("buckets", ())) == len(b.get("buckets", ())) and
            all(x[0] == y[0] and all(texts.same(v, w) for v, w in zip(x[1:], y[1:])) for x, y in zip(a.get("buckets", ()), b.get("buckets", ()))))


def samples(series):
    """[(time, number or histogram)], floats first as the API has them."""
    return [*([series["value"]] if "value" in series else []), *series.get("values", ()),
            *([series["histogram"]] if "histogram" in series else []), *series.get("histograms", ())]


def difference(ours, theirs, texts):
    if "error" in ours or theirs["status"] != "success":
        if "error" in ours and theirs["status"] != "success":
            return None
        return f"ours {ours.get('error', 'answers')!r}, theirs {theirs.get('error', 'answers')!r}"
    a, b = ours["data"], theirs["data"]
    if a["resultType"] != b["resultType"]:
        return f"ours is a {a['resultType']}, theirs a {b['resultType']}"
    if a["resultType"] in ("scalar", "string"):
        return None if a["result"][0] == b["result"][0] and texts.same(a["result"][1], b["result"][1]) else f"ours {a['result']}, theirs {b['result']}"
    x, y = ({json.dumps(s["metric"], sort_keys=True): samples(s) for s in side["result"]} for side in (a, b))
    if x.keys() != y.keys() or len(x) != len(a["result"]):
        return f"only ours {sorted(x.keys() - y.keys())[:3]}, only theirs {sorted(y.keys() - x.keys())[:3]}"
    for key, own in x.items():
        if [s[0] for s in own] != [s[0] for s in y[key]]:
            return f"{key}: times {[s[0] for s in own][:10]}, theirs {[s[0] for s in y[key]][:10]}"
        for s, t in zip(own, y[key]):
            if isinstance(s[1], dict) != isinstance(t[1], dict) or not (same_histogram if isinstance(s[1], dict) else texts.same)(s[1], t[1], *([texts] if isinstance(s[1], dict) else [])):
                return f"{key}: ours {s}, theirs {t}"
    for kind in ("warnings", "infos"):
        said, wanted = sorted(ours.get(kind, ())), sorted(theirs.get(kind, ()))
        if said != wanted and not any("omitted" in text for text in wanted):  # the server says ten of them at most
            return f"{kind}: ours {said}, theirs {wanted}"
    return None


def ask(server, query):
    if query["step"] == 0:
        path, when = "query", {"time": query["end"] / 1000}
    else:
        path, when = "query_range", {k: query[k] / 1000 for k in ("start", "end", "step")}
    _, _, body = servers.fetch(server.port, f"/api/v1/{path}?{urllib.parse.urlencode({'query': query['expr'], **when})}", timeout=60)
    return read(body)


def main():
    judged = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 160
    r = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 20261127)
    judge = upstream.judge()
    if judge is None:
        print("SKIPPED: Go or its module proxy is not there, so nothing can write the data into a Prometheus")
        return 77
    passed, filled, refused, histograms, loaded, failures, texts, todo = 0, 0, 0, 0, 0, [], Texts(), []
    for first in range(0, count, 2 * AT_ONCE):
        n = min(2 * AT_ONCE, count - first)
        todo += [(False, n - n // 2), (True, n // 2)]
    for delayed, n in todo:
        data, generator = Data(r), Generator(r)
        data.script = data.script.replace(" -0 ", " 0 ")  # remote write 1.0 leaves out what is 0, and -0 its sign
        queries = [some_query(r, generator) for _ in range(n)]
        features = FEATURES + (["promql-delayed-name-removal"] if delayed else [])
        try:
            server = servers.Prometheus("3", {}, ["--web.enable-remote-write-receiver", "--enable-feature=" + ",".join(features)])
        except servers.Missing as why:
            print(f"SKIPPED: no Prometheus: {why}")
            return 77
        with server, tempfile.TemporaryDirectory() as folder:
            script, asked = os.path.join(folder, "data"), os.path.join(folder, "queries.json")
            with open(script, "w", encoding="utf-8") as f:
                f.write(data.script)
            with open(asked, "w", encoding="utf-8") as f:
                json.dump({"script": data.script, "delayed": delayed, "queries": queries}, f)
            pushed = subprocess.run([judge, "push", f"http://127.0.0.1:{server.port}/api/v1/write", script], capture_output=True, text=True, timeout=120, check=False)
            done = subprocess.run([judged, "api", asked], capture_output=True, text=True, timeout=600, check=False)
            for what in (pushed, done):
                if what.returncode:
                    print(f"FAILED {what.args[0]}: exit {what.returncode}: {what.stderr[-3000:]}")
                    return 1
            loaded += json.loads(pushed.stdout)["samples"]
            answers = [read(line) for line in done.stdout.splitlines()]
            if len(answers) != len(queries):
                print(f"FAILED {len(answers)} answers to {len(queries)} queries")
                return 1
            for query, ours in zip(queries, answers):
                theirs, texts.of = ask(server, query), query["expr"]
                why = difference(ours, theirs, texts)
                if why:
                    failures.append(f"{query['expr']}\n    at {query['start']} to {query['end']} step {query['step']}{', delayed' if delayed else ''}: {why[:500]}")
                    continue
                passed += 1
                refused += theirs["status"] != "success"
                filled += bool(theirs["status"] == "success" and theirs["data"]["result"])
                histograms += theirs["status"] == "success" and any(isinstance(s, dict) and ("histogram" in s or "histograms" in s) for s in theirs["data"]["result"])
    for failure in failures[:40]:
        print("FAILED", failure)
    print(f"{loaded} samples written into {len(todo)} servers; {filled} of {passed} give something, {histograms} native histograms, {refused} are refused by both")
    print(f"{texts.equal} equal numbers, {len(texts.apart)} written differently {texts.apart[:5]}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures or texts.apart or filled < 0.8 * count or not histograms else 0


if __name__ == "__main__":
    sys.exit(main())
