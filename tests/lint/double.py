"""What tests against an HTTP double share: checks that are counted, and a server on loopback."""
import http.server
import sys
import threading

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
