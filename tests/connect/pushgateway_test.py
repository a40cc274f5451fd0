"""connect/push against Debian's Pushgateway.

usage: pushgateway_test.py PROBE
"""
import json
import os
import shutil
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "servers"))
import servers  # noqa: E402

PROBE = sys.argv.pop(1)
GATEWAY = shutil.which("prometheus-pushgateway")


@unittest.skipIf(GATEWAY is None, "prometheus-pushgateway is not installed: apt-get install prometheus-pushgateway")
class Push(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = servers.free_port()
        cls.base = f"http://127.0.0.1:{port}"
        cls.server = servers.Server([GATEWAY, f"--web.listen-address=127.0.0.1:{port}"], lambda: servers.fetch(port, "/-/ready")[0] == 200)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def run_probe(self, what, job, *args, text=""):
        done = subprocess.run([PROBE, what, self.base, job, *args], input=text, capture_output=True, text=True, timeout=30)
        return done.stdout

    def groups(self):
        with urllib.request.urlopen(self.base + "/api/v1/metrics", timeout=5) as answer:
            return {tuple(sorted(g["labels"].items())): {n for n, f in g.items() if isinstance(f, dict) and "metrics" in f and not n.startswith("push_")}
                    for g in json.load(answer)["data"]}

    def test_replace_push_remove(self):
        key = (("job", "backup"),)
        self.assertIn("ok", self.run_probe("replace", "backup", text="# TYPE a_total counter\na_total 1\n# TYPE b gauge\nb 2\n"))
        self.assertEqual(self.groups()[key], {"a_total", "b"})
        self.assertIn("ok", self.run_probe("push", "backup", text="# TYPE c gauge\nc 1\n"))
        self.assertEqual(self.groups()[key], {"a_total", "b", "c"})
        self.assertIn("ok", self.run_probe("replace", "backup", text="# TYPE c gauge\nc 1\n"))
        self.assertEqual(self.groups()[key], {"c"})
        self.assertIn("ok", self.run_probe("remove", "backup"))
        self.assertNotIn(key, self.groups())

    def test_grouping_key_of_any_text(self):
        for value in ["plain", "a/b", "with blank", "grüße", "100%", "..", "", "a?b#c&d=e+f", "\"quoted\""]:
            out = self.run_probe("replace", "job/with slash", "--label", f"path={value}", text="x 1\n")
            self.assertIn("ok", out, value)
            wanted = {"job": "job/with slash", "path": value}
            groups = [dict(g) for g in self.groups()]
            self.assertIn(wanted, [{"path": "", **g} for g in groups], value)
            self.assertIn("ok", self.run_probe("remove", "job/with slash", "--label", f"path={value}"))
        self.assertNotIn("job/with slash", [dict(g)["job"] for g in self.groups()])

    def test_protobuf(self):
        text = "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n"
        self.assertIn("ok", self.run_probe("replace", "proto", "--protobuf", text=text))
        with urllib.request.urlopen(self.base + "/metrics", timeout=5) as answer:
            body = answer.read().decode()
        self.assertIn('h_bucket{instance="",job="proto",le="1"} 1', body)
        self.assertIn('h_count{instance="",job="proto"} 2', body)

    def test_what_is_refused(self):
        self.assertIn("has a timestamp", self.run_probe("push", "x", text="a 1 1000\n"))
        self.assertIn("needs a job", self.run_probe("push", "", text="a 1\n"))
        self.assertIn("cannot be a grouping label", self.run_probe("push", "x", "--label", "job=y", text="a 1\n"))
        self.assertIn("given twice", self.run_probe("push", "x", "--label", "a=1", "--label", "a=2", text="a 1\n"))
        self.run_probe("push", "one", text="# TYPE clash counter\nclash 1\n")
        out = self.run_probe("push", "two", text="# TYPE clash gauge\nclash 1\n")
        self.assertTrue(out.startswith("protocol ") or out.startswith("ok "), out)  # old ones accept it and warn at scrape


if __name__ == "__main__":
    unittest.main()
