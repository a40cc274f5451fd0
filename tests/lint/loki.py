"""dashboard-lint --loki against a small server that answers as Loki does, and against ones that answer badly.

usage: loki.py DASHBOARD-LINT
"""
import json
import os
import sys
import tempfile
import time
import urllib.parse

import double
from double import Double, check, finish, serve

tool = os.path.abspath(sys.argv[1])
LABELS = {"app": ["web", "db"], "env": ["prod"], "unused": ["x"], "empty": []}


class Loki(Double):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        Loki.asked.append((path, urllib.parse.parse_qs(query), self.headers.get("X-Scope-OrgID")))
        if Loki.how == "refuses":
            return self.answer(401, "no tenant")
        if Loki.how == "slow":
            time.sleep(0.7)
        path = path.removeprefix("/behind")
        if Loki.how == "html":
            return self.answer(200, "<html>log in</html>")
        if Loki.how == "error":
            return self.answer(200, json.dumps({"status": "error", "data": []}))
        if Loki.how == "shape":
            return self.answer(200, json.dumps({"status": "success", "data": [1]}))
        if path == "/loki/api/v1/labels":
            names = [] if Loki.how == "nothing" else list(LABELS)
            return self.answer(200, json.dumps({"status": "success", **({"data": names} if names else {})}))
        parts = path.split("/")
        if parts[:5] == ["", "loki", "api", "v1", "label"] and parts[6] == "values":
            if Loki.how == "half":
                return self.answer(500, "too many outstanding requests")
            values = LABELS[parts[5]]
            return self.answer(200, json.dumps({"status": "success", **({"data": values} if values else {})}))
        return self.answer(404, "not found")


server, url = serve(Loki)
folder = tempfile.TemporaryDirectory()
board = {"templating": {"list": [{"name": "app"}]}, "panels": [{"datasource": {"type": "loki"}, "targets": [{"expr": e} for e in (
    '{app="web", env=~"pro."} |= "x"', 'sum(rate({app="wbe"}[5m]))', '{nowhere="x"}', '{empty="x"}', '{app="$app"}')]},
    {"targets": [{"expr": "sum(a"}]}]}
with open(os.path.join(folder.name, "board.json"), "w", encoding="utf-8") as file:
    json.dump(board, file)


def lint(how, at=url, config="timeout: 10s\n"):
    done, report, seconds = double.lint(tool, folder.name, Loki, how, "--loki", at, config)
    return done, report["summary"], [(f["pointer"].split("/")[4], f["rule"]) for f in report["findings"]], seconds


try:
    # What Loki has decides; only the labels that the dashboard names are asked for, in the last day, with the tenant's header.
    for base in (url, f"{url}/behind/"):
        done, summary, rules, _ = lint("well", base, "http_headers:\n  X-Scope-OrgID:\n    values: [team]\n")
        check(done.returncode == 1 and not done.stderr, f"exit {done.returncode} {done.stderr}")
        check(rules == [("1", "label-value-not-exposed"), ("2", "label-not-exposed"), ("0", "promql-parse")], f"findings {rules}")
        check(summary == {"queries": 6, "ok": 2, "broken": 3, "not_verified": 1}, f"{summary}")
        prefix = base.rstrip("/")[len(url):]
        paths = [p for p, _, _ in Loki.asked]
        check(paths[0] == prefix + "/loki/api/v1/labels" and sorted(paths[1:]) ==
              [f"{prefix}/loki/api/v1/label/{n}/values" for n in ("app", "empty", "env")], f"asked {paths}")
        for _, query, tenant in Loki.asked:
            start, end = int(query["start"][0]), int(query["end"][0])
            check(end - start == 86400 * 10**9 and abs(end / 1e9 - time.time()) < 60 and tenant == "team", f"{query} {tenant}")
    # A Loki without streams: every label that must be there is missing.
    done, summary, rules, _ = lint("nothing")
    check(done.returncode == 1 and [r for r in rules if r[1] == "label-not-exposed"] ==
          [(n, "label-not-exposed") for n in "00123"], f"nothing: {rules}")
    # What does not answer, answers badly or too late: exit 3, where and why, and the rest still checked.
    for how, says in (("refuses", "401"), ("html", "does not answer as Loki does"), ("error", "does not answer as Loki does"),
                      ("shape", "does not answer as Loki does"), ("half", "500")):
        done, summary, rules, _ = lint(how)
        check(done.returncode == 3 and "--loki: " in done.stderr and says in done.stderr and "127.0.0.1" in done.stderr,
              f"{how}: exit {done.returncode} {done.stderr}")
        check(rules == [("0", "promql-parse")] and summary["not_verified"] == 5, f"{how}: {rules} {summary}")
    done, summary, rules, took = lint("slow", config="timeout: 1s\n")
    check(done.returncode == 3 and took < 5 and len(Loki.asked) <= 3, f"slow: exit {done.returncode} after {took:.1f} s, {done.stderr}")
    check("127.0.0.1" in done.stderr and rules == [("0", "promql-parse")], f"slow: {done.stderr}")
finally:
    server.shutdown()
    folder.cleanup()
finish()
