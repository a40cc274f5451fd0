#!/usr/bin/env python3
"""The host collector on fixture trees, against what is expected and against a real node_exporter.

trees.py HOST-SCRAPE [--accept] [--node-exporter PROGRAM]

Each fixtures/NAME.tree is unpacked and collected with both profiles; what comes out has to be fixtures/NAME.expected.
Then a node_exporter looks at the same tree: every family of its own (but those in ELSEWHERE) has to be ours too, with
the same type, label sets and values.
"""
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import compare  # noqa: E402  the one beside this file

# What comes from system calls is this machine's, whatever the tree says.
MACHINE = re.compile(r"node_time_seconds|node_time_zone_offset_seconds|node_timex_\w+|node_uname_info|process_\w+")
FIGURES = re.compile(r"(\w+_filesystem_(?:size|free|avail|total|used|purgeable)_bytes|\w+_filesystem_(?:files|files_free|used_ratio|inodes_\w+))({.*}) \S+")
# Families of node_exporter on a tree that are not compared, and why.
ELSEWHERE = {
    **compare.NOT_OURS,
    r"node_time_.*|node_timex_.*|node_uname_info|process_.*": "from system calls",
    r"node_filesystem_(size|free|avail)_bytes|node_filesystem_files(_free)?": "from system calls",
    r"node_selinux_enabled": "node_exporter looks at this machine's /proc/self/mountinfo",
}
# node_exporter 1.12.1 ends with a panic where /sys has no processors, so not on the container.
COMPARED = ["bare_metal"]


def unpack(path, to):
    for folder in ("proc", "sys"):
        os.makedirs(os.path.join(to, folder))
    text = open(path, encoding="utf-8").read()
    for entry in re.split(r"^=== ", text, flags=re.M)[1:]:
        head, _, content = entry.partition("\n")
        words = head.split(" ")
        kind = words.pop(0) if len(words) > 1 and words[0] in ("link", "folder", "bytes") else "file"
        target = None
        if kind == "link":
            target = words.pop()
        name = os.path.join(to, " ".join(words))
        if kind == "folder":
            os.makedirs(name, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(name), exist_ok=True)
        if kind == "link":
            os.symlink(target, name)
            continue
        data = content.encode()
        if kind == "bytes":
            data = re.sub(rb"\\x([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), data.removesuffix(b"\n"))
        with open(name, "wb") as f:
            f.write(data)


def roots(tree):
    return ["--proc", f"{tree}/proc", "--sys", f"{tree}/sys", "--root", tree]


def ours(program, tree):
    done = subprocess.run([program, *roots(tree), "--profile", "both", "--hostname", "machine", "--also", "temperature"],
                          input="\n", capture_output=True, text=True, timeout=60, env={**os.environ, "TZ": "UTC"})
    if done.returncode != 0:
        return f"ended with {done.returncode}\n"
    lines = []
    for line in done.stdout.splitlines():
        name = re.split(r"[ {]", line.removeprefix("# HELP ").removeprefix("# TYPE "))[0]
        if not MACHINE.fullmatch(name) and not line.startswith("# HELP") and line != "# EOF":
            lines.append(FIGURES.sub(r"\1\2 *", line))
    lines += [f"# problem: {line}" for line in done.stderr.splitlines()]
    return "\n".join(lines).replace(tree, "TREE") + "\n"


def theirs(program, tree):
    port = compare.free_port()
    server = subprocess.Popen([program, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error", f"--path.procfs={tree}/proc",
                               f"--path.sysfs={tree}/sys", f"--path.rootfs={tree}", f"--path.udev.data={tree}/run/udev/data",
                               "--no-collector.netdev.netlink", "--no-collector.arp.netlink"],
                              stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"})
    try:
        for _ in range(100):
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20).read().decode()
            except OSError:
                time.sleep(0.1)
        raise SystemExit("node_exporter does not answer")
    finally:
        server.terminate()
        server.wait(10)


def held_against(our_text, their_text):
    our_types, our_series = compare.parse(our_text.replace(" *\n", " 0\n"))
    types, series = compare.parse(their_text)
    wrong = []
    for family, kind in types.items():
        if compare.matching(ELSEWHERE, family) is not None:
            continue
        if our_types.get(family) != kind:
            wrong.append(f"{family}: {kind}, ours is {our_types.get(family)}")
            continue
        mine = {k: v for k, v in our_series.items() if k[0] == family}
        other = {k: v for k, v in series.items() if k[0] == family}
        for key in sorted(set(mine) | set(other)):
            a, b = mine.get(key), other.get(key)
            if a is None or b is None or abs(a - b) > 1e-9 * max(abs(a), abs(b)):
                wrong.append(f"{family}{dict(key[1])}: {b}, ours is {a}")
    return wrong


def main():
    program = sys.argv[1]
    accept = "--accept" in sys.argv
    exporter = sys.argv[sys.argv.index("--node-exporter") + 1] if "--node-exporter" in sys.argv else compare.find_exporter()
    passed = failed = skipped = 0
    folder = os.path.join(HERE, "fixtures")
    for file in sorted(os.listdir(folder)):
        if not file.endswith(".tree"):
            continue
        name = file.removesuffix(".tree")
        with tempfile.TemporaryDirectory() as tree:
            unpack(os.path.join(folder, file), tree)
            text = ours(program, tree)
            path = os.path.join(folder, name + ".expected")
            if accept:
                open(path, "w", encoding="utf-8").write(text)
            expected = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
            if text == expected:
                passed += 1
            else:
                failed += 1
                import difflib
                print(f"{name}: not as expected")
                sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "expected", "ours", n=1))
            if name not in COMPARED:
                continue
            if not exporter:
                print(f"SKIPPED: {name} against node_exporter, which is not there and could not be built")
                skipped += 1
                continue
            wrong = held_against(text.replace("TREE", tree), theirs(exporter, tree))
            for line in wrong:
                print(f"{name}: node_exporter has {line}")
            if wrong:
                failed += 1
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
