"""The verdict against reality: real expositions in a real Prometheus, and every query of real dashboards asked of it. "ok" must
mean that the query returns data, "broken" that it does not; each query where it does not is listed with its reason below.

usage: reality.py DASHBOARD-LINT
"""
import collections
import glob
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import servers  # noqa: E402

shared = os.path.abspath(os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or "../shared")
tool = os.path.abspath(sys.argv[1])
if not os.path.isdir(shared):
    print(f"SKIPPED: there is no {shared}; set PITOT_SHARED")
    sys.exit(77)
KINDS = ("node", "mysqld", "postgres", "redis", "rabbitmq")
BOARDS = ("mysqld-mixin/dashboards/mysql-overview.json", "grafana/dashboards/RabbitMQ-", "grafana/dashboards/inet_tcp_metrics.json",
          "monitor_services.json", "docker_host.json", "redis-mixin/dashboards/redis-overview.json", "grafana_prometheus_redis_dashboard_exporter",
          "node-exporter-bsd.json", "postgres_mixin/dashboards/postgres-overview.json")
# What says that a query gives nothing. The other rules are about results that are there and wrong.
EMPTY = {"metric-not-exposed", "label-not-exposed", "label-renamed", "label-value-not-exposed", "job-not-scraped", "instance-filter",
         "vector-matching-impossible", "matchers-impossible", "promql-parse"}
REFERENCE = r"\$\{\w+(?::[^}]*)?\}|\$\w+|\[\[\w+(?::\w+)?\]\]"
files = {kind: sorted(glob.glob(os.path.join(shared, "catalogs", "scrapes", f"{kind}*.prom"))) for kind in KINDS}


def asked(expr):
    """The query with something in place of each variable that any value would do for; None when only a value can tell."""
    expr = re.sub(r"\[\s*(?:%s)\s*(:[^\]]*)?\]" % REFERENCE, "[5m]", expr)

    def matcher(found):
        op, value = found[1], found[2]
        if not re.search(REFERENCE, value):
            return found[0]
        return ("=~" if op in ("=", "=~") else "!~") + '"' + (re.sub(REFERENCE, ".*", value) if op in ("=", "=~") else "no such value") + '"'
    expr = re.sub(r'(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"', matcher, expr)
    return None if re.search(REFERENCE, expr) and not re.search(r'label_replace', expr) else expr


class Expositions(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args):
        super().__init__(*args, directory=os.path.join(shared, "catalogs", "scrapes"))

    def guess_type(self, path):
        return "text/plain; version=0.0.4"

    def log_message(self, *_):
        pass


def live_differs(boards, report, url):
    """What is judged otherwise when the server is asked instead of the expositions, and what should be said of one that is not there."""
    def broken(r):
        return {(f["file"], f["query"]) for f in r["findings"] if f["rule"] in EMPTY and f["severity"] != "info"}
    done = subprocess.run([tool, *boards, "--prometheus", url, "--format", "json"], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 1 or done.stderr:
        return [f"--prometheus: exit {done.returncode}: {done.stderr}"]
    live = json.loads(done.stdout)
    apart = broken(report) ^ broken(live)
    print(f"--prometheus: {live['summary']['queries']} queries, {len(apart)} judged otherwise than from the expositions")
    gone = subprocess.run([tool, boards[0], "--prometheus", f"http://127.0.0.1:{servers.free_port()}"], capture_output=True, text=True, timeout=60, check=False)
    wrong = [f"--prometheus: judged otherwise: {os.path.basename(f)}: {q[:200]!r}" for f, q in sorted(apart)]
    if gone.returncode != 3 or "127.0.0.1" not in gone.stderr or "quer" not in gone.stdout:
        wrong.append(f"--prometheus of nobody: exit {gone.returncode}: {gone.stderr}")
    return wrong


def answers_differ(boards, sources, url):
    """--live over the expositions, and asking the server: variables must get the same values, and queries data from both or from neither."""
    def answers(*source):
        done = subprocess.run([tool, *boards, *source, "--live", "--format", "json"], capture_output=True, text=True, timeout=120, check=False)
        return {(a["file"], a["pointer"]): a for a in json.loads(done.stdout)["live"]}
    offline, online = answers(*sources), answers("--prometheus", url)
    counts, wrong = collections.Counter(), []
    for place, a in offline.items():
        b = online[place]
        counts[a["status"]] += 1
        if a["status"] == b["status"] and re.sub(r'\b\d{13}\b', "TIME", a["asked"]) == re.sub(r'\b\d{13}\b', "TIME", b["asked"]):
            continue
        if (os.path.basename(place[0]), a["query"]) not in EXPLAINED:
            wrong.append(f"--live: {os.path.basename(place[0])} {place[1]}: {a['status']} of {a['asked']!r}, the server {b['status']} of {b['asked']!r}")
    print(f"--live: {', '.join(f'{n} {status}' for status, n in counts.items())}; {len(wrong)} otherwise than the server")
    return wrong


# Queries that are ok and give nothing, for reasons that no catalog knows: (dashboard, query) -> reason. All of them must still be so.
EXPLAINED = {
    ("mysql-overview.json", 'topk(5, rate(mysql_global_status_commands_total{job=~"$job", instance=~"$instance"}[$__rate_interval])>0)'):
        "a comparison filters by value, and the scrapes' values never change",
    ("monitor_services.json", 'sum(ALERTS{alertstate="firing"}) by (alertname)'): "no rule is loaded, so no alert fires",
}


def main():
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Expositions)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    config = {"global": {"scrape_interval": "1s"}, "scrape_configs": [
        {"job_name": kind, "metric_name_validation_scheme": "utf8", "static_configs": [
            {"targets": [f"127.0.0.1:{web.server_port}"], "labels": {"__metrics_path__": "/" + os.path.basename(f), "instance": os.path.basename(f)}}
            for f in files[kind]]} for kind in KINDS]}
    boards = [f for f in glob.glob(os.path.join(shared, "dashboards", "corpus", "**", "*.json"), recursive=True) if any(b in f for b in BOARDS)]
    sources = [word for kind in KINDS for f in files[kind] for word in ("--metrics", f"{f},job={kind},instance={os.path.basename(f)}")]
    done = subprocess.run([tool, *boards, *sources, "--format", "json"], capture_output=True, text=True, timeout=120, check=False)
    report = json.loads(done.stdout)
    broken = collections.defaultdict(set)
    unknown = {(n["file"], n["pointer"]) for n in report["not_verified"]}
    for f in report["findings"]:
        if f["rule"] in EMPTY and f["severity"] != "info":
            broken[f["file"], f["query"]].add(f"{f['rule']}: {f['message']}")

    def queries(value, pointer=""):
        if isinstance(value, dict):
            for k, v in value.items():
                if k == "expr" and isinstance(v, str) and v.strip():
                    yield f"{pointer}/{k}", v
                yield from queries(v, f"{pointer}/{k}")
        elif isinstance(value, list):
            for i, v in enumerate(value):
                yield from queries(v, f"{pointer}/{i}")
    agree, explained, failures, skipped, seen = 0, collections.Counter(), [], collections.Counter(), set()
    left = dict(EXPLAINED)
    try:
        prometheus = servers.Prometheus("3", config)
    except servers.Missing as why:
        print(f"SKIPPED: no Prometheus: {why}")
        return 77
    with prometheus:
        wanted = sum(len(f) for f in files.values())
        end = time.monotonic() + 30
        while time.monotonic() < end and sum(v for _, v in prometheus.query("min_over_time((count_over_time(up[1m]) >= bool 4)[1s:1s])")) < wanted:
            time.sleep(0.5)
        for board in boards:
            for pointer, expr in queries(json.load(open(board, encoding="utf-8"))):
                ask = asked(expr)
                why = ("asked before" if (board, expr) in seen else "what it selects hangs on a variable's value" if ask is None
                       else "not verified by dashboard-lint" if (board, pointer) in unknown else None)
                if why:
                    skipped[why] += 1
                    if (board, expr) not in seen:
                        print(f"not compared: {os.path.basename(board)} {pointer}: {why}: {expr[:300]!r}")
                    continue
                seen.add((board, expr))
                try:
                    has = len(prometheus.query(ask)) > 0
                except RuntimeError as why:
                    failures.append(f"{os.path.basename(board)}{pointer}: Prometheus refuses {ask}: {why}")
                    continue
                says = broken.get((board, expr))
                if has == (not says):
                    agree += 1
                    continue
                reason = EXPLAINED.get((os.path.basename(board), expr))
                line = f"{os.path.basename(board)} {pointer}: {'data' if has else 'no data'}, but {'broken ' + '; '.join(says) if says else 'ok'}: {expr!r}"
                if reason and not says:
                    explained[reason] += 1
                    left.pop((os.path.basename(board), expr), None)
                else:
                    failures.append(line)
        failures += [f"{board}: listed as different, and is not: {query!r}" for board, query in left]
        url = f"http://127.0.0.1:{prometheus.port}"
        failures += live_differs(boards, report, url)
        failures += answers_differ(boards, sources, url)
    web.shutdown()
    for reason, n in explained.items():
        print(f"{n} differ: {reason}")
    for failure in failures:
        print("FAILED", failure)
    print(f"{len(boards)} dashboards, queries not compared: {', '.join(f'{n} {why}' for why, n in skipped.items()) or 'none'}")
    print(f"{agree} passed, {len(failures)} failed")
    return 1 if failures or agree < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
