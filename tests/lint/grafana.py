"""dashboard-lint --grafana against a small server that answers as Grafana does, and against ones that answer badly.

usage: grafana.py DASHBOARD-LINT
"""
import json
import os
import re
import sys
import tempfile
import time

import double
from double import Double, check, finish, serve

tool = os.path.abspath(sys.argv[1])
SOURCES = [{"id": 1, "uid": "p-1", "orgId": 1, "name": "Main", "type": "prometheus", "isDefault": False, "jsonData": {"httpMethod": "POST"}},
           {"id": 2, "uid": "l-1", "orgId": 1, "name": "Logs", "type": "loki", "isDefault": True, "jsonData": {}}]
BAD = {  # how: status and text of the answer, and what is said of it
    "no token": (401, '{"message":"Unauthorized"}', "401.*authorization: {credentials: TOKEN}"),
    "no right": (403, '{"message":"You need datasources:read"}', "403.*may read datasources \\(datasources:read\\)"),
    "broken": (500, "oops", "500: oops"),
    "nowhere": (404, "{}", "404"),
    "html": (200, "<html>log in</html>", "does not answer as Grafana does"),
    "object": (200, '{"status":"success","data":[]}', "does not answer as Grafana does"),
    "shape": (200, '[{"name":"Main","type":1}]', "does not answer as Grafana does: type is a text"),
    "twice": (200, '[{"name":"Main","name":"M","type":"loki"}]', "does not answer as Grafana does: this key is given twice"),
}


class Grafana(Double):
    def do_GET(self):
        Grafana.asked.append((self.path, self.headers.get("Authorization")))
        if Grafana.how == "slow":
            time.sleep(2)
        if Grafana.how in BAD:
            return self.answer(*BAD[Grafana.how][:2])
        return self.answer(200, json.dumps([] if Grafana.how == "nothing" else SOURCES))


server, url = serve(Grafana)
folder = tempfile.TemporaryDirectory()
board = {"panels": [
    {"datasource": {"uid": "p-1"}, "targets": [{"expr": "sum(a"}]},
    {"datasource": {"uid": "l-1"}, "targets": [{"expr": '{app="web"} | json'}]},
    {"targets": [{"expr": '{app="web"'}]},  # of the default one, a Loki
    {"datasource": {"uid": "p-2"}, "targets": [{"expr": "up"}]}]}
with open(os.path.join(folder.name, "board.json"), "w", encoding="utf-8") as file:
    json.dump(board, file)


def lint(how, at=url, config="timeout: 10s\n"):
    done, report, seconds = double.lint(tool, folder.name, Grafana, how, "--grafana", at, config)
    return done, [(f["pointer"].split("/")[2], f["rule"]) for f in report["findings"]], seconds


def says(text, *patterns):
    return all(re.search(p, text) for p in patterns)


try:
    # One question, with the credentials; what Grafana has decides.
    for base in (url, f"{url}/behind/"):
        done, rules, _ = lint("well", base, "authorization: {credentials: glsa_x}\n")
        check(done.returncode == 1 and not done.stderr, f"exit {done.returncode} {done.stderr}")
        check(rules == [("0", "promql-parse"), ("2", "logql-parse"), ("3", "datasource-missing")], f"findings {rules}")
        check(Grafana.asked == [(base.rstrip("/")[len(url):] + "/api/datasources", "Bearer glsa_x")], f"asked {Grafana.asked}")
    # One without datasources declares none.
    done, rules, _ = lint("nothing")
    check(done.returncode == 1 and rules == [("0", "promql-parse"), ("2", "promql-parse")], f"nothing: {rules} {done.stderr}")
    # What does not answer, answers badly or too late: exit 3, where and why, and the rest still checked.
    for how, (_, _, pattern) in BAD.items():
        done, rules, _ = lint(how)
        check(done.returncode == 3 and says(done.stderr, "--grafana: ", "127.0.0.1", pattern), f"{how}: exit {done.returncode} {done.stderr}")
        check(rules == [("0", "promql-parse"), ("2", "promql-parse")], f"{how}: {rules}")
    done, rules, took = lint("slow", config="timeout: 1s\n")
    check(done.returncode == 3 and took < 5 and says(done.stderr, "--grafana: ", "within 1s"), f"slow: {took:.1f} s, {done.stderr}")
    # A password in the URL is not told.
    done, rules, _ = lint("html", url.replace("//", "//me:secret@"))
    check(done.returncode == 3 and "secret" not in done.stderr and "127.0.0.1" in done.stderr, f"password: {done.stderr}")
finally:
    server.shutdown()
    folder.cleanup()
finish()
