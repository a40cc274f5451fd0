"""A loopback HTTP server that misbehaves on request; each path is one way. Import start()."""
import gzip
import socketserver
import threading
import time


BOMB = gzip.compress(b"\0" * 50_000_000)


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.connection.settimeout(10)
        try:
            head = b""
            while b"\r\n\r\n" not in head and len(head) < 65536:
                part = self.connection.recv(4096)
                if not part:
                    return
                head += part
            line, _, rest = head.partition(b"\r\n")
            method, target, _ = line.decode("latin1").split(" ", 2)
            headers = {}
            for h in rest.partition(b"\r\n\r\n")[0].decode("latin1").split("\r\n"):
                name, _, value = h.partition(":")
                headers.setdefault(name.strip().lower(), []).append(value.strip())
            self.body = rest.partition(b"\r\n\r\n")[2]
            for wanted in headers.get("content-length", []):
                while len(self.body) < min(int(wanted), 65536) and (part := self.connection.recv(4096)):
                    self.body += part
            self.server.seen.append((method, target, headers))
            getattr(self, "do_" + target.strip("/").split("/")[0].split("?")[0], self.do_missing)(headers)
        except (OSError, ValueError):
            pass

    def send(self, body=b"", status="200 OK", headers=(), length=None):
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close", *headers]
        self.wfile.write("\r\n".join(lines).encode("latin1") + b"\r\n\r\n" + body)

    def do_missing(self, _):
        self.send(b"no such thing\nsecond line", "404 Not Found", ["Content-Type: text/plain"])

    def do_good(self, _):
        self.send(b"up 1\n", headers=["Content-Type: text/plain; version=0.0.4"])

    def do_gzip(self, _):
        self.send(gzip.compress(b"up 1\n"), headers=["Content-Encoding: gzip", "Content-Type: text/plain; version=0.0.4"])

    def do_file(self, _):  # a packed file, not a packed transfer
        self.send(gzip.compress(b"up 1\n"), headers=["Content-Type: application/octet-stream"])

    def do_bomb(self, _):
        self.send(BOMB, headers=["Content-Encoding: gzip"])

    def do_badgzip(self, _):
        self.send(b"this is not gzip at all", headers=["Content-Encoding: gzip"])

    def do_cutgzip(self, _):
        self.send(gzip.compress(b"up 1\n" * 1000)[:40], headers=["Content-Encoding: gzip"])

    def do_slow(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            self.wfile.write(b"a")
            self.wfile.flush()
            time.sleep(0.1)

    def do_silent(self, _):
        time.sleep(5)

    def do_close(self, _):
        return

    def do_endless(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            self.wfile.write(b"a 1\n" * 16384)

    def do_endlesshead(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-Junk: " + b"j" * 1000 + b"\r\n")

    def do_short(self, _):
        self.send(b"up 1\n", length=100)

    def do_huge(self, _):
        self.send(b"up 1\n", length=10**12)

    def do_garbage(self, _):
        self.wfile.write(b"\x00\x01\x02 this is no HTTP\r\n\r\n")

    def do_loop(self, _):
        self.send(status="302 Found", headers=["Location: /loop"])

    def do_tofile(self, _):
        self.send(status="302 Found", headers=["Location: file:///etc/passwd"])

    def do_away(self, _):
        self.send(status="302 Found", headers=[f"Location: http://127.0.0.1:{self.server.other}/good"])

    def do_here(self, _):
        self.send(status="307 Temporary Redirect", headers=["Location: /good"])

    def do_secret(self, headers):
        good = headers.get("authorization") == ["Basic YW5uOmh1c2g="]
        self.send(b"in\n" if good else b"out\n", "200 OK" if good else "401 Unauthorized")

    def token(self, good, life=3600):
        text = b'{"access_token": "t-%d", "token_type": "Bearer", "expires_in": %d}' % (len(self.server.seen), life)
        self.send(text if good else b'{"error": "invalid_client"}', "200 OK" if good else "401 Unauthorized")

    def do_token(self, headers):
        self.server.form = self.body.decode()
        self.token(headers.get("authorization") == ["Basic YW4lMjBpZDpoJTNBdXNo"])

    def do_tokenbody(self, headers):
        self.server.form = self.body.decode()
        self.token("authorization" not in headers and b"client_secret=h%3Aush" in self.body)

    def do_notoken(self, _):
        self.send(b'{"token_type": "Bearer"}')

    def do_mactoken(self, _):
        self.send(b'{"access_token": "hidden", "token_type": "mac"}')

    def do_nojsontoken(self, _):
        self.send(b"<html>hidden")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def start(path=None):
    """A running server (its .port and .seen requests), on a free loopback port or a unix socket."""
    server = UnixServer(path, Handler) if path else Server(("127.0.0.1", 0), Handler)
    server.seen = []
    server.other = 0
    server.port = None if path else server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
