"""Real Prometheus servers scrape the endpoint of every kind and exporter-run's, in every format that they know.

usage: prometheus.py ENDPOINT EXPORTER_RUN PROMCHECK

One server a version, one job a format; then the query API has to give the values that the program has. Last, promcheck
judges what the servers say about themselves: there, the writer is foreign.
"""
import math
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "servers"))
import servers  # noqa: E402

ENDPOINT, EXPORTER, PROMCHECK = sys.argv[1:4]
passed = failed = skipped = 0
TEXT = "quote\" back\\slash\nline ümlaut {x=\"1\"}, # no comment"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"


def check(what, good, seen=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}: {seen}")


def close(a, b):
    return a == b or (math.isnan(a) and math.isnan(b)) or (math.isfinite(b) and abs(a - b) <= 1e-12 * abs(b))


def job(name, port, **more):
    return {"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}], **more}


class Judge:
    def __init__(self, server, version):
        self.server, self.version = server, version

    def wait(self, jobs):
        """Until each target was scraped twice; says what the last error was."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            rows = {m["job"]: v for m, v in self.server.query("sum by (job) (count_over_time(up[5m]))")}
            if all(rows.get(j, 0) >= 2 for j in jobs):
                break
            time.sleep(0.2)
        for target in self.server.api("targets")["activeTargets"]:
            name = target["labels"]["job"]
            check(f"{self.version} {name}: up", target["health"] == "up", target["lastError"])

    def value(self, name, expression, wanted):
        try:
            rows = self.server.query(expression)
            good = len(rows) == 1 and not isinstance(rows[0][1], dict) and close(rows[0][1], wanted)
        except RuntimeError as error:
            rows, good = error, False
        check(f"{self.version} {name}: {expression} = {wanted}", good, rows)

    def series(self, name, native, utf8, classic_both, started):
        """Every value of one job."""
        def value(selector, wanted, wrap="{}"):
            full = selector.replace("{", f'{{job="{name}",', 1) if "{" in selector else f'{selector}{{job="{name}"}}'
            self.value(name, wrap.replace("{}", full), wanted)

        # The protobuf parser of 2.42 knows no gauge histogram without native buckets: it counts a sample and stores none.
        no_gauge_histogram = native and self.version[0] == "2"
        self.value(name, f'scrape_samples_scraped{{job="{name}"}} - on() count({{job="{name}",__name__!~"up|scrape_.*"}})',
                   int(no_gauge_histogram))
        if utf8 == "dots":  # which doubles every underscore, too
            value('judge__requests__total{method="get"}', 42)
            value('__ber_dot_gr____e{stra__e_dot_nr="5 ½"}', 7.5)
            return
        value('judge_requests_total{method="get"}', 42)
        rows = self.server.query(f'judge_requests_total{{job="{name}",method="post"}}')
        check(f"{self.version} {name}: label byte for byte", [(m["path"], v) for m, v in rows] == [(TEXT, 3.0)], rows)
        value("judge_seconds_total", 1.5)
        value("judge_temperature_celsius", -3.25)
        value("judge_jobs_total", 9)
        value("judge_stamped", 4)
        value("judge_stamped", started, "timestamp({})")
        value("judge_build_info{version=\"1.2.3\"}", 1)
        for phase in ("starting", "running", "draining"):
            value(f'judge_phase{{judge_phase="{phase}"}}', int(phase == "running"))
        for kind, wanted in (("inf", math.inf), ("minus_inf", -math.inf), ("nan", math.nan), ("tiny", 5e-324),
                             ("huge", 1.7976931348623157e308), ("odd", 9007199254740992.0)):
            value(f'judge_odd_values{{kind="{kind}"}}', wanted)
        value('judge_odd_values{kind="minus_zero"}', -math.inf, "1 / {}")  # only -0 gives that
        for le, n in (("0.1", 1), ("0.5", 4), (r"1(\\.0)?", 5), (r"\\+Inf", 6)):
            value(f'judge_classic_seconds_bucket{{le=~"{le}"}}', n)
        value("judge_classic_seconds_sum", 3.7)
        value("judge_classic_seconds_count", 6)
        value("judge_classic_seconds_bucket", 0.1 + 0.4 * 2 / 3, "histogram_quantile(0.5, {})")
        value("judge_wait_seconds_sum", 5050)
        value("judge_wait_seconds_count", 100)
        value('judge_wait_seconds{quantile="0.5"}', 1, "abs({} - 50) < bool 1")
        value('judge_wait_seconds{quantile="0.9"}', 1, "abs({} - 90) < bool 1.8")
        if not no_gauge_histogram:
            for le, n in ((r"10(\\.0)?", 1), (r"100(\\.0)?", 2), (r"\\+Inf", 3)):
                value(f'judge_queue_bytes_bucket{{le=~"{le}"}}', n)
            value('{__name__=~"judge_queue_bytes_g?count"}', 3)
            value('{__name__=~"judge_queue_bytes_g?sum"}', 555)
        if utf8 == "allow-utf-8":
            value('{"über.größe","straße.nr"="5 ½"}', 7.5)
        elif utf8 == "underscores":
            value('_ber_gr__e{stra_e_nr="5 ½"}', 7.5)
        elif utf8 == "values":
            value('U___fc_ber_2e_gr_f6__df_e{U__stra_df_e_2e_nr="5 ½"}', 7.5)
        for which in ("native", "both"):
            if native:
                whole = f"judge_{which}_seconds"
                value(whole, 8, "histogram_count({})")
                value(whole, 112, "histogram_sum({})")
                wide = 1 if which == "both" else 1 / 8
                # Ranks inside a bucket: on a bound, 3 takes the bucket above or below by the side it counts from.
                for q, place, upper in ((0.45, 0.6, 0), (0.7, 0.6, math.ceil(math.log2(3) / wide) * wide)):
                    low, high = 2 ** (upper - wide), 2 ** upper
                    inside = low * (high / low) ** place if self.version[0] == "3" else low + (high - low) * place
                    value(whole, inside, f"histogram_quantile({q}, {{}})")
                value(whole, 0.5, "histogram_fraction(-Inf, 1, {})")
                rows = self.server.query(f'{whole}{{job="{name}"}}')
                buckets = rows[0][1].get("buckets", []) if rows and isinstance(rows[0][1], dict) else []
                uppers = [2 ** (math.ceil(math.log2(v) / wide - 1e-9) * wide) for v in (0.5, 1.0, 1.5, 3.0, 8.0, 100.0)]
                seen = [float(b[2]) for b in buckets]
                check(f"{self.version} {name}: bounds of {whole}", len(seen) == 8 and all(
                    abs(a - b) < 1e-9 * b for a, b in zip(seen[2:], uppers)) and all(float(b[3]) == 1 for b in buckets), buckets)
            else:
                value(f"judge_{which}_seconds_count", 8)
                value(f"judge_{which}_seconds_sum", 112)
        if classic_both:
            for le, n in ((r"1(\\.0)?", 4), (r"4(\\.0)?", 6), (r"16(\\.0)?", 7), (r"\\+Inf", 8)):
                value(f'judge_both_seconds_bucket{{le=~"{le}"}}', n)

    def metadata(self, name, total):
        rows = self.server.api("targets/metadata", match_target=f'{{job="{name}"}}')
        seen = {r["metric"]: (r["type"], r["help"], r["unit"]) for r in rows}
        for metric, kind, text in (("judge_requests" + total, "counter", "Requests."), ("judge_classic_seconds", "histogram", "Classic."),
                                   ("judge_wait_seconds", "summary", "Summary.")):
            check(f"{self.version} {name}: metadata of {metric}", seen.get(metric, ())[:2] == (kind, text), seen.get(metric))
        # 0.0.4 has no escape for a quote in a help text: it stands as it is
        check(f"{self.version} {name}: help byte for byte", seen["judge_temperature_celsius"][:2] == (
            "gauge", 'Line one\nline two, back\\slash "quoted".'), seen["judge_temperature_celsius"])
        if total == "":
            check(f"{self.version} {name}: unit", seen["judge_temperature_celsius"][2] == "celsius", seen["judge_temperature_celsius"])

    def exemplars(self, name):
        now = time.time()
        rows = self.server.api("query_exemplars", query=f'{{job="{name}",__name__=~"judge_.*"}}', start=now - 600, end=now + 60)
        seen = {(r["seriesLabels"]["__name__"], e["labels"]["trace_id"], float(e["value"])) for r in rows for e in r["exemplars"]}
        check(f"{self.version} {name}: exemplars", seen == {("judge_requests_total", "abc", 1.0),
                                                           ("judge_classic_seconds_bucket", "def", 0.4)}, seen)

    def host(self):
        self.value("host", 'count(node_time_seconds{job="host"}) + count(node_uname_info{job="host"})', 2)
        self.value("host", 'sum(node_memory_MemTotal_bytes{job="host"})', os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        self.value("host", 'count(count by (cpu) (node_cpu_seconds_total{job="host"})) > bool 0', 1)
        self.value("host", 'min(rate(node_cpu_seconds_total{job="host",mode="idle"}[1m]) >= bool 0)', 1)

    def own_metrics(self):
        """What the server writes about itself, read by our parsers."""
        for what, accept, form in (("text", "text/plain;version=0.0.4", "text"),
                                   ("protobuf", PROTOBUF, "protobuf")):
            status, headers, body = servers.fetch(self.server.port, "/metrics", headers={"Accept": accept})
            kind = headers["Content-Type"].split(";")[0]
            check(f"{self.version} answers {what}", status == 200 and kind == accept.split(";")[0], headers["Content-Type"])
            words = [PROMCHECK, "metrics", "--input-format", form]
            done = subprocess.run([*words, "--parse-only", "-"], input=body, capture_output=True, timeout=30, check=False)
            check(f"promcheck reads {self.version}'s {what}", done.returncode == 0, (done.stdout + done.stderr)[-600:])
            done = subprocess.run([*words, "--convert", "text", "-"], input=body, capture_output=True, timeout=30, check=False)
            text = done.stdout.decode()
            check(f"promcheck converts {self.version}'s {what}", "\nprometheus_build_info{" in text
                  and re.search(r"^go_goroutines [1-9]", text, re.M), done.stderr[-600:])
            if form == "protobuf" and self.version.startswith("3"):
                done = subprocess.run([*words, "--convert", "json", "-"], input=body, capture_output=True, timeout=30, check=False)
                check(f"promcheck sees native histograms of {self.version}", b'"schema"' in done.stdout, done.stdout[:300])


def run(version, config, flags, work):
    try:
        with servers.Prometheus(version[0], config, flags) as server:
            work(Judge(server, version))
    except servers.Missing as why:
        global skipped
        skipped += 1
        print(f"SKIPPED Prometheus {version}: {why}")


with servers.Program([ENDPOINT], pipe=True) as endpoint, servers.Program([EXPORTER, "--listen", "127.0.0.1:0"]) as host:
    started = int(re.search(r"started=(\d+)", endpoint.log())[1]) / 1000
    fast = {"scrape_interval": "500ms", "scrape_timeout": "500ms"}
    host_job = job("host", host.port)

    # Prometheus names an escaping scheme with the two texts of version 1.0.0 only; without one, we write underscores.
    #         scrape_protocols    more settings                               escaping
    table = [("PrometheusProto", {"always_scrape_classic_histograms": True}, "underscores"),
             ("OpenMetricsText1.0.0", {}, "allow-utf-8"), ("OpenMetricsText0.0.1", {}, "underscores"),
             ("PrometheusText1.0.0", {}, "allow-utf-8"), ("PrometheusText0.0.4", {}, "underscores")]
    rows = [(p.lower(), p, more, scheme) for p, more, scheme in table]
    for scheme in ("underscores", "dots", "values"):
        legacy = {"metric_name_validation_scheme": "legacy", "metric_name_escaping_scheme": scheme}
        rows.append((f"om-{scheme}", "OpenMetricsText1.0.0", legacy, scheme))
        rows.append((f"proto-{scheme}", "PrometheusProto", legacy, "underscores"))
    rows.append(("plain", "PrometheusText0.0.4", {"enable_compression": False}, "underscores"))
    jobs = [job(name, endpoint.port, scrape_protocols=[protocol], **({"scrape_native_histograms": True} | more))
            for name, protocol, more, _ in rows]

    def three(judge):
        judge.wait([r[0] for r in rows] + ["host"])
        for name, protocol, more, scheme in rows:
            proto, om = protocol == "PrometheusProto", protocol.startswith("Open")
            judge.series(name, proto, scheme, not proto or "always_scrape_classic_histograms" in more, started)
            if scheme == "dots":
                continue
            judge.metadata(name, "" if om else "_total")
            if om or (proto and more.get("always_scrape_classic_histograms")):
                judge.exemplars(name)
        judge.host()
        judge.own_metrics()

    run("3.16", {"global": fast, "storage": {"exemplars": {"max_exemplars": 1000}}, "scrape_configs": [*jobs, host_job]},
        ["--enable-feature=exemplar-storage"], three)

    for form, features in (("openmetrics", "exemplar-storage"), ("protobuf", "exemplar-storage,native-histograms")):
        def two(judge, form=form):
            judge.wait([form, "plain", "host"])
            for name in (form, "plain"):
                proto = form == "protobuf"
                judge.series(name, proto, "underscores", not proto, started)
                judge.metadata(name, "_total" if proto else "")
                judge.exemplars(name)
            judge.host()
            judge.own_metrics()
        run(f"2.42 {form}", {"global": fast, "scrape_configs": [job(form, endpoint.port), job("plain", endpoint.port), host_job]},
            [f"--enable-feature={features}"], two)

print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
