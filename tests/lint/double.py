"""What tests against an HTTP double share: checks that are counted, and a server on loopback."""
import http.server
import json
import os
import subprocess
import sys
import threading
import time

failures, passed = [], 0


def check(holds, what):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)


def finish():
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


def lint(tool, folder, double, how, flag, at, config):
    """Runs dashboard-lint on board.json in the folder, against a double that answers in a way: the process, its report, seconds."""
    double.how = how
    double.asked.clear()
    with open(os.path.join(folder, "http.yml"), "w", encoding="utf-8") as file:
        file.write(config)
    begin = time.monotonic()
    done = subprocess.run([tool, "board.json", flag, at, "--http-config", "http.yml", "--format", "json"], cwd=folder, capture_output=True,
                          text=True, timeout=30, check=False)
    return done, json.loads(done.stdout), time.monotonic() - begin


class Double(http.server.BaseHTTPRequestHandler):
    """`how` it answers is a test's word; what it was `asked` is kept."""

    def __init_subclass__(cls):
        cls.asked, cls.how = [], "well"

    def answer(self, status, text):
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:  # the client gave up
            pass

    def log_message(self, *_):
        pass


def serve(double):
    """The server, to be shut down, and its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), double)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"
