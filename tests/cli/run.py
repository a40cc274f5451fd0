"""Runs the tools' cases: one text file is one case (see any file beside this one).

usage: run.py [--accept] [--bin FOLDER]… FILE_OR_FOLDER…
A case has comment lines, command lines "$ …", then sections: "--- file NAME", "--- stdout", "--- stderr", "--- exit N".
A section head that ends in "~" holds regular expressions, one a line. Missing: exit 0, empty stderr, stdout not looked at.
--accept rewrites the expected output of plain sections.
"""
import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor


class Case:
    def __init__(self, path):
        self.path = path
        self.comments, self.commands, self.files = [], [], {}
        self.expected = {}  # stdout/stderr -> (is_regex, text)
        self.exit = 0
        head = None
        with open(path, encoding="utf-8", newline="") as f:
            for line in f.read().splitlines(keepends=True):
                if line.startswith("--- "):
                    head = line[4:].strip()
                    if head.startswith("exit "):
                        self.exit = int(head[5:])
                    elif head.startswith("file "):
                        self.files[head[5:]] = ""
                    elif head.split()[0] in ("stdout", "stderr"):
                        self.expected[head.split()[0]] = (head.endswith("~"), "")
                    else:
                        raise SystemExit(f"{path}: unknown section '{head}'")
                elif head is None:
                    if line.startswith("$ "):
                        self.commands.append(line[2:].rstrip("\n"))
                    else:
                        self.comments.append(line)
                elif head.startswith("file "):
                    self.files[head[5:]] += line
                elif not head.startswith("exit "):
                    is_regex, text = self.expected[head.split()[0]]
                    self.expected[head.split()[0]] = (is_regex, text + line)
        if not self.commands:
            raise SystemExit(f"{path}: no command")

    def write(self):
        with open(self.path, "w", encoding="utf-8", newline="") as f:
            f.writelines(self.comments)
            f.writelines(f"$ {c}\n" for c in self.commands)
            for name, text in self.files.items():
                f.write(f"--- file {name}\n{text}")
            for name, (is_regex, text) in self.expected.items():
                f.write(f"--- {name}{' ~' if is_regex else ''}\n{text}")
            if self.exit:
                f.write(f"--- exit {self.exit}\n")


def run(case, bins):
    env = {k: v for k, v in os.environ.items() if k in ("HOME", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "PITOT_SHARED")}
    env["PATH"] = os.pathsep.join([*bins, "/usr/local/bin", "/usr/bin", "/bin"])
    with tempfile.TemporaryDirectory() as folder:
        for name, text in case.files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(text)
        try:
            done = subprocess.run(["sh", "-c", "\n".join(case.commands)], cwd=folder, env=env, timeout=60,
                                  stdin=subprocess.DEVNULL, capture_output=True, check=False)
        except subprocess.TimeoutExpired:
            return None
    text = lambda b: b.decode("utf-8", "replace").replace(folder, "TEMP")
    return done.returncode, text(done.stdout), text(done.stderr)


def problems(case, got):
    if got is None:
        return ["no end after 60 s"]
    code, out, err = got
    found = []
    if code != case.exit:
        found.append(f"exit {code}, expected {case.exit}")
    for name, text in (("stdout", out), ("stderr", err)):
        is_regex, wanted = case.expected.get(name, (False, None if name == "stdout" else ""))
        if wanted is None:
            continue
        if is_regex:
            for line in wanted.splitlines():
                if not re.search(line, text, re.M):
                    found.append(f"{name} has no match for: {line}\n" + text)
        elif text != wanted:
            found.append("".join(difflib.unified_diff(wanted.splitlines(True), text.splitlines(True), f"expected {name}", f"{name} seen")))
    return found


def accept(case, got):
    code, out, err = got
    case.exit = code
    for name, text in (("stdout", out), ("stderr", err)):
        is_regex, _ = case.expected.get(name, (False, ""))
        if is_regex:
            continue
        if text or name == "stdout":
            case.expected[name] = (False, text)
        else:
            case.expected.pop(name, None)
    case.write()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--bin", action="append", default=[])
    parser.add_argument("paths", nargs="+")
    args = parser.parse_args()
    files = []
    for path in args.paths:
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                files += [os.path.join(folder, n) for n in names if n.endswith(".txt")]
        else:
            files.append(path)
    cases = [Case(f) for f in sorted(files)]
    bins = [os.path.abspath(b) for b in args.bin]
    passed = failed = 0
    with ThreadPoolExecutor(2) as pool:
        for case, got in zip(cases, pool.map(lambda c: run(c, bins), cases)):
            found = problems(case, got)
            if found and args.accept and got is not None:
                accept(case, got)
                print("accepted", case.path)
                found = []
            if found:
                failed += 1
                print(f"FAILED {case.path}")
                print("\n".join(found))
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
