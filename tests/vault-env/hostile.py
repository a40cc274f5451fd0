"""A server that answers like Vault, or as badly as it is told to. One thread a connection, all of them daemons."""
import json
import socket
import ssl
import threading
import time

SECRET = "canary-7f3a"  # what must never be seen in a message


def answer(status, body=b"", *headers, kind="application/json"):
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers]
    if kind:
        lines.append(f"Content-Type: {kind}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def secret(data, **more):
    """A KV version 2 answer."""
    return answer(200, {"data": {"data": data, "metadata": {"version": 1, "created_time": "2026-01-01T00:00:00Z"}}, **more})


MOUNT = answer(200, {"data": {"type": "kv", "options": {"version": "2"}}})
HEALTHY = answer(200, {"initialized": True, "sealed": False})
SELF = answer(200, {"data": {"ttl": 3600, "renewable": True}})


class Hostile:
    """answers  path -> bytes, or a list of them (the last one stays), or a function of the connection and the request
    Paths that are not there answer as a healthy Vault does."""

    def __init__(self, answers=None, tls=None):
        self.answers = {"sys/health": HEALTHY, "auth/token/lookup-self": SELF, "sys/internal/ui/mounts/secret": MOUNT, **(answers or {})}
        self.seen = []
        self.tls = tls
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.closing = False
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while not self.closing:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        try:
            connection.settimeout(20)
            if self.tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self.tls)
                connection = context.wrap_socket(connection, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                part = connection.recv(65536)
                if not part:
                    return
                request += part
                if request[0] == 0x16:  # a TLS greeting: say so as Vault does
                    connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n")
                    return
            head, _, body = request.partition(b"\r\n\r\n")
            length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            while length and len(body) < length[0]:
                body += connection.recv(65536)
            path = head.split(b" ")[1].decode().removeprefix("/v1/").partition("?")[0]
            self.seen.append((path, head.decode(errors="replace"), body.decode(errors="replace")))
            what = self.answers.get(path, answer(404, {"errors": []}))
            if isinstance(what, list):
                what = what.pop(0) if len(what) > 1 else what[0]
            if callable(what):
                what(connection)
            else:
                connection.sendall(what)
        except (OSError, ssl.SSLError):
            pass
        finally:
            connection.close()

    def close(self):
        self.closing = True
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def silent(connection):
    time.sleep(15)


def slow_body(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(150):
        connection.sendall(b" ")
        time.sleep(0.1)
