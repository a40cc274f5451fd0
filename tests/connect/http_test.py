"""connect/http against a server that misbehaves: every way ends in time, in bounds, and says what failed.

usage: http_test.py PROBE
"""
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile_server

PROBE = sys.argv.pop(1)


def probe(*args, env=None):
    began = time.monotonic()
    done = subprocess.run([PROBE, "get", *args], capture_output=True, text=True, timeout=30, env={**os.environ, **(env or {})})
    return done.stdout, time.monotonic() - began


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = hostile_server.start()
        cls.other = hostile_server.start()
        cls.server.other = cls.other.port
        cls.dir = tempfile.mkdtemp()

    def url(self, path):
        return f"http://127.0.0.1:{self.server.port}/{path}"

    def config(self, text):
        path = os.path.join(self.dir, "http.yml")
        with open(path, "w") as f:
            f.write(text)
        return path

    def test_good(self):
        out, _ = probe(self.url("good"))
        self.assertEqual(out, "ok 200 text/plain; version=0.0.4 5\nup 1\n")
        agent = self.server.seen[-1][2]["user-agent"][0]
        self.assertRegex(agent, r"^pitot/\d+\.\d+\.\d+$")

    def test_gzip(self):
        self.assertIn("ok 200 text/plain; version=0.0.4 5\nup 1\n", probe(self.url("gzip"))[0])

    def test_bomb_is_stopped_at_the_limit(self):
        out, _ = probe(self.url("bomb"), "--limit", "1000000")
        self.assertTrue(out.startswith("too_large "), out)
        self.assertIn("larger than 1000000 bytes", out)

    def test_bad_gzip(self):
        self.assertTrue(probe(self.url("badgzip"))[0].startswith("protocol "))

    def test_slow_body_ends_at_the_deadline(self):
        out, seconds = probe(self.url("slow"), "--timeout", "500")
        self.assertTrue(out.startswith("timeout "), out)
        self.assertIn("within 500ms (receiving the body", out)
        self.assertLess(seconds, 3)

    def test_silence_ends_at_the_deadline(self):
        out, seconds = probe(self.url("silent"), "--timeout", "300")
        self.assertIn("(waiting for the answer)", out)
        self.assertLess(seconds, 3)

    def test_endless_body(self):
        out, _ = probe(self.url("endless"), "--limit", "1000000")
        self.assertTrue(out.startswith("too_large "), out)

    def test_endless_headers(self):
        out, seconds = probe(self.url("endlesshead"), "--timeout", "5000")
        self.assertTrue(out.startswith(("protocol ", "too_large ")), out)
        self.assertLess(seconds, 5)

    def test_short_body(self):
        out, _ = probe(self.url("short"))
        self.assertTrue(out.startswith("unexpected_end "), out)
        self.assertIn("incomplete", out)

    def test_announced_size_is_refused_at_once(self):
        self.assertTrue(probe(self.url("huge"))[0].startswith("too_large "))

    def test_garbage_and_nothing(self):
        self.assertTrue(probe(self.url("garbage"))[0].startswith("protocol "))
        out, _ = probe(self.url("close"))
        self.assertIn("closed without an answer", out)

    def test_status(self):
        out, _ = probe(self.url("nothing"))
        self.assertEqual(out, f"protocol {self.url('nothing')} answered with status 404: no such thing\n")

    def test_refused_and_unknown_host(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        out, _ = probe(f"http://127.0.0.1:{port}/")
        self.assertIn(f"cannot connect to 127.0.0.1:{port}: Connection refused", out)
        out, _ = probe("http://no-such-host.invalid/")
        self.assertIn("unreachable http://no-such-host.invalid/: cannot find host 'no-such-host.invalid' (DNS)", out)

    def test_redirects(self):
        self.assertIn("ok 200", probe(self.url("here"))[0])
        self.assertIn("more than 10 redirects", probe(self.url("loop"))[0])
        out, _ = probe(self.url("tofile"))
        self.assertTrue(out.startswith("protocol "), out)
        self.assertNotIn("root:", out)
        config = self.config("follow_redirects: false\n")
        self.assertIn("status 307", probe(self.url("here"), "--config", config)[0])

    def test_credentials(self):
        config = self.config("basic_auth: {username: ann, password: hush}\n")
        self.assertIn("ok 200", probe(self.url("secret"), "--config", config)[0])
        self.assertIn("ok 200", probe(self.url("secret").replace("//", "//ann:hush@"))[0])
        out, _ = probe(self.url("secret").replace("//", "//ann:wrong@"))
        self.assertIn("status 401", out)
        self.assertNotIn("wrong", out)

    def test_credentials_stay_at_their_origin(self):
        config = self.config("authorization: {credentials: hush}\nhttp_headers: {X-Scope-OrgID: {values: [a, b]}}\n")
        self.assertIn("ok 200", probe(self.url("away"), "--config", config)[0])
        sent = self.server.seen[-1][2]
        self.assertEqual(sent["authorization"], ["Bearer hush"])
        self.assertEqual(sent["x-scope-orgid"], ["a", "b"])
        arrived = self.other.seen[-1][2]
        self.assertNotIn("authorization", arrived)
        self.assertNotIn("x-scope-orgid", arrived)
        self.assertIn("ok 200", probe(self.url("here"), "--config", config)[0])
        self.assertIn("authorization", self.server.seen[-1][2])

    def test_oauth2(self):
        def config(path, more="", secret="h:ush"):
            return self.config(f'oauth2: {{client_id: an id, client_secret: "{secret}", token_url: "{self.url(path)}"{more}}}\n')

        more = ", scopes: [read, write], endpoint_params: {audience: a&b}"
        self.assertIn("ok 200", probe(self.url("good"), "--config", config("token", more))[0])
        self.assertEqual([(m, t) for m, t, _ in self.server.seen[-2:]], [("POST", "/token"), ("GET", "/good")])
        self.assertRegex(self.server.seen[-1][2]["authorization"][0], r"^Bearer t-\d+$")
        self.assertEqual(self.server.form, "grant_type=client_credentials&scope=read%20write&audience=a%26b")
        self.assertIn("ok 200", probe(self.url("good"), "--config", config("tokenbody"))[0])
        self.assertIn("&client_id=an%20id&", self.server.form)
        for path, why in (("notoken", "answered without an access_token"), ("mactoken", "no bearer token"), ("nojsontoken", "no JSON object"),
                          ("missing", "status 404"), ("slow", "no complete answer within 300ms")):
            out, _ = probe(self.url("good"), "--config", config(path, "}\ntimeout: 300ms\nhttp_headers: {"))
            self.assertIn(why, out)
            self.assertNotIn("hidden", out)
            self.assertNotIn("h:ush", out)
        out, _ = probe(self.url("good"), "--config", config("token", secret="wrong"))
        self.assertIn("status 401: invalid_client", out)
        self.assertNotIn("wrong", out)
        self.assertIn("ok 200", probe(self.url("away"), "--config", config("token"))[0])  # the token stays at its origin
        self.assertNotIn("authorization", self.other.seen[-1][2])

    def test_secret_from_file_and_missing_file(self):
        with open(os.path.join(self.dir, "token"), "w") as f:
            f.write("from-file\n")
        config = self.config("authorization: {credentials_file: token}\n")
        self.assertIn("ok 200", probe(self.url("good"), "--config", config)[0])
        self.assertEqual(self.server.seen[-1][2]["authorization"], ["Bearer from-file"])
        config = self.config("authorization: {credentials_file: gone}\n")
        self.assertIn("not_found credentials_file: cannot read", probe(self.url("good"), "--config", config)[0])

    def test_header_injection(self):
        config = self.config('http_headers: {X-A: {values: ["a\\r\\nX-B: evil"]}}\n')
        out, _ = probe(self.url("good"), "--config", config)
        self.assertTrue(out.startswith("invalid_value "), out)
        self.assertNotIn("evil", out)

    def test_proxy(self):
        config = self.config(f"proxy_url: http://127.0.0.1:{self.server.port}\n")
        probe("http://metrics.invalid/good", "--config", config)
        self.assertEqual(self.server.seen[-1][1], "http://metrics.invalid/good")
        config = self.config(f"proxy_url: http://127.0.0.1:1\nno_proxy: 127.0.0.1\n")
        self.assertIn("ok 200", probe(self.url("good"), "--config", config)[0])
        self.assertIn("ok 200", probe(self.url("good"), env={"http_proxy": "http://127.0.0.1:1"})[0])  # not from the environment

    def test_unix_socket(self):
        path = os.path.join(self.dir, "x.sock")
        server = hostile_server.start(path)
        self.assertIn("ok 200", probe(f"unix:{path}:/good")[0])
        self.assertEqual(server.seen[-1][1], "/good")
        self.assertIn("No such file", probe(f"unix:{path}x:/good")[0])

    def test_tls(self):
        key, cert = os.path.join(self.dir, "key.pem"), os.path.join(self.dir, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=metrics.internal", "-addext", "subjectAltName=DNS:metrics.internal", "-keyout", key, "-out", cert],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server = hostile_server.Server(("127.0.0.1", 0), hostile_server.Handler, bind_and_activate=True)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.seen, server.other, port = [], self.other.port, server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"https://127.0.0.1:{port}/"
        out, _ = probe(url + "good")
        self.assertIn("TLS failed", out)
        config = self.config(f"tls_config: {{ca_file: {cert}}}\n")
        self.assertIn("TLS failed", probe(url + "good", "--config", config)[0])  # the name is another
        config = self.config(f"tls_config: {{ca_file: {cert}, server_name: metrics.internal, min_version: TLS13}}\n")
        self.assertIn("ok 200", probe(url + "good", "--config", config)[0])
        self.assertEqual(server.seen[-1][2]["host"], [f"127.0.0.1:{port}"])
        config = self.config("tls_config: {insecure_skip_verify: true}\n")
        self.assertIn("ok 200", probe(url + "good", "--config", config)[0])
        self.assertIn("redirects from https to http", probe(url + "away", "--config", config)[0])
        config = self.config(f"tls_config: {{ca_file: {self.dir}/gone.pem}}\n")
        self.assertIn("gone.pem", probe(url + "good", "--config", config)[0])


if __name__ == "__main__":
    unittest.main()
