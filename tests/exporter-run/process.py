"""Runs exporter-run as a process: signals, a unix socket, leaks of descriptors and memory, the resident set.

usage: process.py EXPORTER_RUN EXAMPLE_CONFIG
"""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

EXPORTER, CONFIG = sys.argv[1], sys.argv[2]
SANITIZED = b"__asan_init" in open(EXPORTER, "rb").read() or b"__tsan_init" in open(EXPORTER, "rb").read()
MEMORY_LIMIT_KIB = 8192
passed = failed = 0


def check(what, good, seen=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what} {seen}")


class Run:
    def __init__(self, *arguments):
        # As a service manager starts it; the test's own descriptors are not handed down.
        self.child = subprocess.Popen([EXPORTER, "--log-format", "json", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
        self.log = []
        self.listening = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if not self.listening.wait(20):
            self.child.kill()
            raise SystemExit(f"exporter-run does not listen: {self.log}")
        self.address = next(e["address"] for e in self.log if e.get("msg") == "listening")

    def read(self):
        for line in self.child.stderr:
            self.log.append(json.loads(line) if line.startswith("{") else {"raw": line})
            if self.log[-1].get("msg") == "listening":
                self.listening.set()

    def connection(self):
        host, port = self.address.rsplit(":", 1)
        return http.client.HTTPConnection(host, int(port), timeout=20)

    def get(self, path="/metrics", headers={}, connection=None):
        c = connection or self.connection()
        c.request("GET", path, headers=headers)
        answer = c.getresponse()
        body = answer.read()
        if connection is None:
            c.close()
        return answer.status, answer.headers, body

    def status(self, field):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as f:
            return int(re.search(rf"^{field}:\s+(\d+)", f.read(), re.M).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def stop(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        started = time.monotonic()
        try:
            code = self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            code = "killed"
        self.reader.join(5)
        return code, time.monotonic() - started


def signals():
    for number in (signal.SIGTERM, signal.SIGINT):
        run = Run("--listen", "127.0.0.1:0")
        check("serves", run.get()[0] == 200)
        code, took = run.stop(number)
        check(f"{number.name} ends it cleanly", code == 0, code)
        check(f"{number.name} ends it soon", took < 6, took)
        check(f"{number.name} is in the log", any(e.get("signal") == number.name for e in run.log), run.log)
        check("the log holds nothing else", all("msg" in e for e in run.log), run.log)


def stop_among_clients():
    """Clients that hold on, half a request, a scrape on its way: the end is clean all the same."""
    run = Run("--listen", "127.0.0.1:0")
    idle = run.connection()
    run.get(connection=idle)
    half = socket.create_connection(run.address.rsplit(":", 1), timeout=5)
    half.sendall(b"GET /metr")
    bad = []

    def scrape():
        try:
            while True:
                status, _, body = run.get()
                if status == 200 and not body.endswith(b"\n"):
                    bad.append(body[-50:])
                if status not in (200, 503):
                    bad.append(status)
        except (OSError, http.client.HTTPException):
            pass

    threads = [threading.Thread(target=scrape) for _ in range(3)]
    for t in threads:
        t.start()
    time.sleep(0.3)
    code, took = run.stop()
    for t in threads:
        t.join(20)
    check("stops among clients", code == 0 and took < 8, (code, took))
    check("no answer is cut", not bad, bad[:3])
    half.close()


def memory():
    run = Run("--listen", "127.0.0.1:0")
    c = run.connection()
    for _ in range(20):
        run.get(connection=c, headers={"Accept-Encoding": "gzip"})
    descriptors, before = run.descriptors(), run.status("VmRSS")
    for i in range(100):
        accept = ("text/plain", "application/openmetrics-text;version=1.0.0",
                  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")[i % 3]
        status, _, body = run.get(connection=c, headers={"Accept-Encoding": "gzip", "Accept": accept})
        check("scrapes", status == 200 and len(body) > 1000, (status, len(body)))
    after = run.status("VmRSS")
    check("no descriptor leaks", run.descriptors() == descriptors, (descriptors, run.descriptors()))
    print(f"VmRSS {before} KiB after 20 scrapes, {after} KiB after 120 in three formats; {run.status('Threads')} threads")
    if not SANITIZED:
        check("no memory leaks", after - before < 512, (before, after))
        check(f"resident set below {MEMORY_LIMIT_KIB} KiB", after < MEMORY_LIMIT_KIB, after)
    c.close()

    flood = [socket.create_connection(run.address.rsplit(":", 1), timeout=5) for _ in range(200)]
    for s in flood:
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    check("a prober gets through a crowd", run.get("/-/healthy")[0] == 200)
    for s in flood:
        s.close()
    for _ in range(100):
        if run.descriptors() <= descriptors:
            break
        time.sleep(0.1)
    check("a crowd leaves nothing open", run.descriptors() <= descriptors, (descriptors, run.descriptors()))
    code, _ = run.stop()
    check("clean end", code == 0, code)


def unix_socket():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.sock")
        for how in (signal.SIGKILL, signal.SIGTERM):  # the second finds what the first left behind
            run = Run("--listen", "unix:" + path)
            c = socket.socket(socket.AF_UNIX)
            c.settimeout(10)
            c.connect(path)
            c.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            answer = b""
            while part := c.recv(65536):
                answer += part
            c.close()
            check("answers over a unix socket", answer.startswith(b"HTTP/1.") and b" 200 " in answer[:20], answer[:50])
            check("its mode", os.stat(path).st_mode & 0o777 == 0o660, oct(os.stat(path).st_mode))
            run.stop(how)
            check("its file after " + how.name, os.path.exists(path) == (how == signal.SIGKILL))


def example_config():
    done = subprocess.run([EXPORTER, "--config", CONFIG, "--check"], capture_output=True, text=True, timeout=30, check=False)
    check("the shipped configuration is right", done.returncode == 0 and done.stderr == "", done.stderr)
    run = Run("--config", CONFIG, "--listen", "127.0.0.1:0")
    body = run.get()[2].decode()
    check("and serves", "node_load1 " in body and 'pitot_collector_up{collector="process"} 1' in body)
    check("without what it disables", 'collector="bonding"' not in body)
    down = [line for line in body.splitlines() if line.startswith("pitot_collector_up") and line.endswith(" 0")]
    check("every collector works here", not down, down)
    check("collect[]", b"node_load1" not in run.get("/metrics?collect[]=process")[2])
    check("a collector that is not there", run.get("/metrics?collect[]=nothing")[0] == 400)
    run.stop()


def value(body, series):
    found = re.search(rf"^{re.escape(series)} (\S+)$", body.decode(), re.M)
    return float(found.group(1)) if found else None


def reload():
    """SIGHUP and POST /-/reload: the new file counts, a wrong one does not, and scrapes go on all the while."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "c.yml")

        def write(text):
            with open(path + ".new", "w", encoding="utf-8") as f:
                f.write(text)
            os.rename(path + ".new", path)

        def wait(condition):
            for _ in range(100):
                if condition():
                    return True
                time.sleep(0.1)
            return False

        write("collectors: {process: }\n")
        run = Run("--config", path, "--listen", "127.0.0.1:0", "--web.enable-lifecycle")
        success, stamp = "pitot_config_last_reload_successful", "pitot_config_last_reload_success_timestamp_seconds"
        body = run.get()[2]
        check("the first load is a success", value(body, success) == 1 and abs(value(body, stamp) - time.time()) < 60)
        check("one collector", b"node_load1 " not in body and value(body, 'pitot_collector_up{collector="process"}') == 1)
        loaded = value(body, stamp)

        failures, stopping = [], threading.Event()

        def scrape():
            c = run.connection()
            while not stopping.is_set():
                try:
                    status, _, body = run.get(connection=c)
                    if status != 200 or not body.endswith(b"\n") or b"pitot_build_info" not in body:
                        failures.append((status, body[-60:]))
                except (OSError, http.client.HTTPException) as e:
                    failures.append(e)
                    return
            c.close()

        threads = [threading.Thread(target=scrape) for _ in range(2)]
        for t in threads:
            t.start()

        write("collectors:\n  process:\n  host:\n    enable: [none, loadavg]\n")
        run.child.send_signal(signal.SIGHUP)
        check("SIGHUP brings the new collectors", wait(lambda: b"node_load1 " in run.get()[2]))
        check("?collect[] knows them", run.get("/metrics?collect[]=loadavg")[0] == 200)
        body = run.get()[2]
        check("and the time", value(body, success) == 1 and value(body, stamp) > loaded, value(body, stamp))
        loaded = value(body, stamp)

        write("collectors:\n  proces:\n")
        run.child.send_signal(signal.SIGHUP)
        check("a wrong file is told", wait(lambda: value(run.get()[2], success) == 0))
        body = run.get()[2]
        check("and keeps the old one", b"node_load1 " in body and value(body, stamp) == loaded)
        said = [e for e in run.log if e.get("level") == "error"]
        check("with its place", len(said) == 1 and said[0]["error"].startswith(path + ":2:3: unknown key 'proces'"), said)

        def post(method="POST", body=None):
            c = run.connection()
            c.request(method, "/-/reload", body=body)
            answer = c.getresponse()
            got = answer.status, answer.read().decode()
            c.close()
            return got

        got = post()
        check("POST says what is wrong", got[0] == 500 and path + ":2:3" in got[1], got)
        os.remove(path)
        got = post()
        check("a file that is gone", got[0] == 500 and "No such file" in got[1], got)
        write("collectors: {process: }\n")
        got = post(body=b"x" * 100000)
        check("POST reloads", got == (200, "Reloaded.\n"), got)
        check("PUT too", post("PUT")[0] == 200)
        check("GET does not", post("GET")[0] == 405)
        body = run.get()[2]
        check("success again", value(body, success) == 1 and b"node_load1 " not in body)
        check("a collector that is gone", run.get("/metrics?collect[]=loadavg")[0] == 400)

        write("listen: 127.0.0.1:1\nweb: {path: /other}\ncollectors: {process: }\n")
        check("what takes a restart", post()[0] == 200 and run.get()[0] == 200)
        check("is said", any("restart" in e.get("msg", "") for e in run.log), run.log[-3:])

        before = run.status("VmRSS")
        write("collectors: {process: , host: }\n")
        for _ in range(60):
            if post()[0] != 200:
                failures.append("a reload among scrapes")
        stopping.set()
        for t in threads:
            t.join(30)
        check("scrapes never failed", not failures, failures[:3])
        print(f"VmRSS {before} KiB with the process collector alone, {run.status('VmRSS')} KiB after 60 reloads with the host's")
        if not SANITIZED:
            check("reloading leaks nothing", run.status("VmRSS") < MEMORY_LIMIT_KIB + 1024, run.status("VmRSS"))
        code, _ = run.stop()
        check("clean end after reloads", code == 0, code)

    run = Run("--listen", "127.0.0.1:0", "--collectors", "process")
    c = run.connection()
    c.request("POST", "/-/reload")
    check("POST is refused unless enabled", c.getresponse().status == 403)
    c.close()
    run.child.send_signal(signal.SIGHUP)
    check("SIGHUP without a file ends nothing", run.get()[0] == 200 and run.stop()[0] == 0)


def libraries():
    """What nobody asked for is not loaded."""
    run = Run("--listen", "127.0.0.1:0")
    run.get()
    with open(f"/proc/{run.child.pid}/maps", encoding="utf-8") as f:
        loaded = {os.path.basename(line.split()[-1]).split(".so")[0] for line in f if ".so" in line}
    unwanted = loaded & {"libcurl", "libcurl-gnutls", "libre2", "libpq", "libmariadb", "libhiredis", "libmongoc-1.0", "libssl", "libcrypto"}
    check("no library of a client is loaded", not unwanted, unwanted)
    run.stop()


for test in (signals, stop_among_clients, memory, unix_socket, example_config, reload, libraries):
    test()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
