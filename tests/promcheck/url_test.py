"""promcheck metrics against live endpoints, friendly and hostile: it ends in time and with the right exit code.

usage: url_test.py PROMCHECK
"""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "connect"))
import hostile_server

PROMCHECK = sys.argv.pop(1)


class Url(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = hostile_server.start()
        cls.dir = tempfile.mkdtemp()
        with open(os.path.join(cls.dir, "http.yml"), "w") as f:
            f.write("timeout: 1s\nbasic_auth: {username: ann, password: hush}\n")

    def check(self, path, *args):
        url = f"http://127.0.0.1:{self.server.port}/{path}"
        return subprocess.run([PROMCHECK, "metrics", *args, url], capture_output=True, text=True, timeout=60)

    def test_good(self):
        for path in ["good", "gzip", "file", "here"]:
            done = self.check(path, "--parse-only")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1 family, 1 series: no findings\n", ""), path)

    def test_asks_for_what_it_wants(self):
        self.check("good")
        self.assertTrue(self.server.seen[-1][2]["accept"][0].startswith("text/plain;version=0.0.4"))
        self.check("good", "--input-format", "protobuf")
        self.assertTrue(self.server.seen[-1][2]["accept"][0].startswith("application/vnd.google.protobuf"))
        self.check("good", "--convert", "openmetrics")
        self.assertTrue(self.server.seen[-1][2]["accept"][0].startswith("application/openmetrics-text"))

    def test_hostile_is_unreachable(self):
        for path, words in [("endless", "larger than 1000000 bytes"), ("bomb", "larger than 1000000 bytes"), ("slow", "within 1s"),
                            ("silent", "within 1s"), ("short", "incomplete"), ("nothing", "status 404"), ("loop", "redirects"),
                            ("garbage", ""), ("close", "without an answer"), ("huge", "larger than"), ("badgzip", "is none"), ("cutgzip", "no complete gzip")]:
            done = self.check(path, "--max-bytes", "1000000", "--http-config", os.path.join(self.dir, "http.yml"))
            self.assertEqual(done.returncode, 3, (path, done.stderr))
            self.assertIn(words, done.stderr, path)
            self.assertEqual(done.stdout, "", path)
            self.assertNotIn("hush", done.stderr)

    def test_credentials(self):
        self.assertEqual(self.check("secret").returncode, 3)
        done = self.check("secret", "--http-config", os.path.join(self.dir, "http.yml"))
        self.assertEqual(done.returncode, 1)  # "in" is no exposition


if __name__ == "__main__":
    unittest.main()
