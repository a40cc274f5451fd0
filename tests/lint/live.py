"""dashboard-lint --prometheus --live, and promcheck rules --prometheus, against a small server that answers as Prometheus does, and
against ones that answer badly.

usage: live.py DASHBOARD-LINT PROMCHECK
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

from double import Double, check, finish, serve

lint, promcheck = (os.path.abspath(tool) for tool in sys.argv[1:3])
SERIES = [{"__name__": "jobs_total", "job": "app", "instance": "a"}, {"__name__": "jobs_total", "job": "app", "instance": "b"},
          {"__name__": "queue_length", "job": "app", "instance": "a"}]
NATIVE = [10, {"count": "3", "sum": "4.5", "buckets": [[0, "1", "2", "2"], [3, "-0.5", "0.5", "1"]]}]
# query -> the answer's resultType and result, or the error that a server says
ANSWERS = {
    "queue_length": ("vector", [{"metric": SERIES[2], "value": [10, "7"]}]),
    "rate(jobs_total[5m])": ("vector", [{"metric": {}, "value": [10, "0.5"]}, {"metric": {}, "value": [10, "1"]}]),
    "queue_length > 100": ("vector", []),
    "queue_length{instance=\"ä+b&c\"}": ("vector", [{"metric": {}, "value": [10, "+Inf"]}]),
    "scalar(queue_length)": ("scalar", [10, "NaN"]),
    '"text"': ("string", [10, "text"]),
    "queue_length[1m]": ("matrix", [{"metric": {}, "values": [[9, "5"], [10, "6"]]}]),
    "sum(queue_length)": ("vector", [{"metric": {}, "histogram": NATIVE}]),
    "max(queue_length)": ("matrix", [{"metric": {}, "histograms": [NATIVE, NATIVE]}]),
    "min(queue_length)": "too many samples",
}
WITH_VALUES = {'queue_length{instance=~"(a\\\\.b|c)"}': ("vector", [{"metric": {}, "value": [1, "3"]}])}
# … and status, series, value and message that the report must have
EXPECTED = [("data", 1, "7", ""), ("data", 2, "0.5", ""), ("no data", 0, "", ""), ("data", 1, "+Inf", ""), ("data", 1, "NaN", ""),
            ("data", 1, "text", ""), ("data", 1, "5", ""), ("data", 1, "{count:3, sum:4.5, (1,2]:2, [-0.5,0.5]:1}", ""),
            ("data", 1, "{count:3, sum:4.5, (1,2]:2, [-0.5,0.5]:1}", ""), ("refused", 0, "", "too many samples"),
            ("not asked", 0, "", "the variable who has no value"), ("not asked", 0, "", "no PromQL")]
QUERIES = [*ANSWERS, 'queue_length{instance="$who"}', "sum(queue_length"]


class Prometheus(Double):
    # asked: (path below the base, parameters, the tenant's header)
    def do_POST(self):
        self.do_GET(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def do_GET(self, form=""):
        path, _, text = self.path.partition("?")
        text += form
        path = path.removeprefix("/behind")
        parameters = urllib.parse.parse_qs(text)
        Prometheus.asked.append((path, parameters, self.headers.get("X-Scope-OrgID")))
        queries = sum(p == "/api/v1/query" for p, _, _ in Prometheus.asked)
        if Prometheus.how in ("slow", "hangs"):
            time.sleep(0.7 if Prometheus.how == "slow" else 5)
        if Prometheus.how == "refuses" or (Prometheus.how == "tires" and queries > 2):
            return self.answer(401, "log in")
        if Prometheus.how == "denies":
            return self.answer(401, json.dumps({"status": "error", "error": "no such tenant"}))
        if Prometheus.how == "half" and path == "/api/v1/series":
            return self.answer(500, "too many outstanding requests")
        if Prometheus.how == "html" or (Prometheus.how == "proxy" and queries > 0):
            return self.answer(200, "<html>log in</html>")
        if path == "/api/v1/metadata":
            return self.data({"jobs_total": [{"type": "counter", "help": "", "unit": ""}], "queue_length": [{"type": "gauge", "help": "", "unit": ""}]})
        if path == "/api/v1/label/__name__/values":
            return self.data(["jobs_total", "queue_length", "unused"])
        if path == "/api/v1/label/instance/values" and int(parameters["end"][0]) - int(parameters["start"][0]) == 6 * 3600:
            return self.data(["a.b", "c"])
        if path == "/api/v1/label/job/values":
            return self.data(["app"])
        if path == "/api/v1/series":
            return self.data(SERIES)
        answer = (ANSWERS | WITH_VALUES).get(parameters.get("query", [""])[0])
        if path != "/api/v1/query" or answer is None:
            return self.answer(404, "not found")
        if isinstance(answer, str):
            return self.answer(422, json.dumps({"status": "error", "errorType": "execution", "error": answer}))
        return self.data({"resultType": answer[0], "result": answer[1]})

    def data(self, what):
        self.answer(200, json.dumps({"status": "success", "data": what}))


server, url = serve(Prometheus)
folder = tempfile.TemporaryDirectory()


def write(name, text):
    with open(os.path.join(folder.name, name), "w", encoding="utf-8") as file:
        file.write(text)


write("board.json", json.dumps({"panels": [{"targets": [{"expr": q} for q in QUERIES]}], "templating": {"list": [{"name": "who"}]}}))
write("http.yml", "http_headers:\n  X-Scope-OrgID:\n    values: [team]\n")
RULES = "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: {}\n"
write("own.prom", "# TYPE own gauge\nown 1\n")
write("good.yml", RULES.format('rate(jobs_total{job="app",instance="b"}[5m]) > 1'))
write("bad.yml", RULES.format('jobs_done_total{job="app"} > 1'))
write("broken.yml", RULES.format("sum("))


def run(how, *command):
    Prometheus.how = how
    Prometheus.asked.clear()
    return subprocess.run(command, cwd=folder.name, capture_output=True, text=True, timeout=30, check=False)


def live(how, *more, at=url):
    done = run(how, lint, "board.json", "--prometheus", at, "--live", *more)
    return done, json.loads(done.stdout) if "json" in more else done.stdout


try:
    # Every query that can be asked is, once, in its order and with the tenant's header; what the server says stands in the report.
    for base in (url, f"{url}/behind/"):
        done, report = live("well", "--format", "json", "--http-config", "http.yml", at=base)
        check(done.returncode == 1 and not done.stderr, f"exit {done.returncode} {done.stderr}")
        asked = [p["query"][0] for path, p, _ in Prometheus.asked if path == "/api/v1/query"]
        check(asked == list(ANSWERS), f"asked {asked}")
        check(all(tenant == "team" for _, _, tenant in Prometheus.asked), "a question without the tenant's header")
        got = report["live"]
        check([a["query"] for a in got] == QUERIES and [a["pointer"] for a in got] ==
              [f"/panels/0/targets/{i}/expr" for i in range(len(QUERIES))] and {a["file"] for a in got} == {"board.json"}, f"places of {got}")
        for query, want, a in zip(QUERIES, EXPECTED, got):
            check((a["status"], a["series"], a["value"], a["message"]) == want, f"{query}: {a}, not {want}")
    # Variables are asked too, of the hours that a dashboard shows, and the server gets their values.
    write("variables.json", json.dumps({
        "panels": [{"targets": [{"expr": 'queue_length{instance=~"$of"}'}]}],
        "templating": {"list": [{"name": "of", "type": "query", "query": 'label_values(queue_length{job="a"}, instance)', "multi": True,
                                 "includeAll": True, "current": {"value": ["$__all"]}}]}}))
    done = run("well", lint, "variables.json", "--prometheus", url, "--live", "--format", "json")
    got = json.loads(done.stdout)["live"]
    check([(a["asked"], a["value"]) for a in got] == [(query, "3") for query in WITH_VALUES], f"{done.stderr} {got}")
    check(any(path == "/api/v1/label/instance/values" and p["match[]"] == ['queue_length{job="a"}'] for path, p, _ in Prometheus.asked),
          f"no values of {Prometheus.asked}")
    # The same for people.
    done, text = live("well")
    for line in ("queue_length (7)", "rate(jobs_total[5m]) (2 series, the first 0.5)", "queue_length > 100 (no data)", "(too many samples)",
                 "asked: 8 with data, 1 without, 1 refused, 2 not asked"):
        check(line in text, f"no {line!r} in {text}")
    # What does not answer, or no longer: exit 3, where, and the report with what was answered before.
    for how, says, answered in (("refuses", "401", 0), ("denies", "no such tenant", 0), ("half", "500", 0), ("html", "does not answer as Prometheus does", 0), ("tires", "401", 2), ("proxy", "127.0.0.1", 0)):
        done, report = live(how, "--format", "json")
        check(done.returncode == 3 and says in done.stderr and "127.0.0.1" in done.stderr, f"{how}: exit {done.returncode} {done.stderr}")
        check(len(report["live"]) == answered and any(f["rule"] == "promql-parse" for f in report["findings"]), f"{how}: {report}")
        done, text = live(how)
        check(done.returncode == 3 and "asked:" not in text and "promql-parse" in text, f"{how}: exit {done.returncode} {text}")
    # One that is slow each time, or does not end: the time is over for all questions together.
    write("slow.yml", "timeout: 1s\n")
    for how in ("slow", "hangs"):
        for more in ([], ["--live"]):
            begin = time.monotonic()
            done = run(how, lint, "board.json", "--prometheus", url, "--http-config", "slow.yml", "--format", "json", *more)
            took = time.monotonic() - begin
            check(done.returncode == 3 and "127.0.0.1" in done.stderr and took < 4, f"{how} {more}: exit {done.returncode} after {took:.1f} s: {done.stderr}")
            check(any(f["rule"] == "promql-parse" for f in json.loads(done.stdout)["findings"]), f"{how} {more}: the rest is not checked")
    # A server that fails midway, beside an exposition: of what was not read nobody says that it does not exist.
    for done in (run("half", lint, "board.json", "--prometheus", url, "--metrics", "own.prom", "--format", "json"),
                 run("half", promcheck, "rules", "bad.yml", "good.yml", "--prometheus", url, "--metrics", "own.prom", "--format", "json")):
        report = json.loads(done.stdout)
        check(done.returncode == 3 and {f["rule"] for f in report["findings"]} <= {"promql-parse", "division-by-zero"} and
              report["summary"].get("ok", 0) == 0, f"half: exit {done.returncode} {report} {done.stderr}")
    done = run("half", lint, "board.json", "--prometheus", url, "--metrics", "own.prom", "--loki", url)
    check(done.returncode == 3 and "the server's metrics could not be read" in done.stdout, f"half: {done.stdout}")
    # One query of promcheck: what the server answers, what it refuses, what is no answer.
    for how, query, code, says in (("well", "queue_length", 0, "7"), ("well", "min(queue_length)", 1, "too many samples"),
                                   ("denies", "queue_length", 3, "no such tenant"), ("refuses", "queue_length", 3, "401"),
                                   ("html", "queue_length", 3, "does not answer as Prometheus does")):
        done = run(how, promcheck, "query", query, "--prometheus", url + "/")
        check(done.returncode == code and says in (done.stdout if code == 0 else done.stderr), f"query {how}: exit {done.returncode} {done.stdout} {done.stderr}")
    # Rules by the same server: only the series of names that stand in them are fetched.
    for how, file, code, says in (("well", "good.yml", 0, "1 rule: 0 findings"), ("well", "bad.yml", 1, "no source exposes this metric"),
                                  ("refuses", "good.yml", 3, "1 rule: 0 findings"), ("html", "broken.yml", 3, "unclosed left parenthesis")):
        done = run(how, promcheck, "rules", file, "--prometheus", url)
        check(done.returncode == code and says in done.stdout, f"rules {how} {file}: exit {done.returncode} {done.stdout}")
        check(("promcheck rules: --prometheus: " in done.stderr and "127.0.0.1" in done.stderr) if code == 3 else not done.stderr,
              f"rules {how} {file}: {done.stderr}")
        if file == "good.yml" and how == "well":
            matched = [p["match[]"] for path, p, _ in Prometheus.asked if path == "/api/v1/series"]
            check(matched == [['{__name__=~"jobs_total"}']], f"series asked: {matched}")
finally:
    server.shutdown()
    folder.cleanup()
finish()
