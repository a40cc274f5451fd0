"""Runs `meson test` and counts cases, not programs: each test program says how many it had in its last lines."""
import json
import os
import re
import subprocess
import sys

PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
CATCH_GOOD = re.compile(r"All tests passed \(\d+ assertions? in (\d+) test cases?\)")
CATCH_BAD = re.compile(r"^test cases:\s*(\d+) \|(?:\s*(\d+) passed \|?)?(?:\s*(\d+) failed)?", re.M)


def count(result, output):
    """(passed, failed, skipped) of one program."""
    plain = PLAIN.findall(output)
    if plain:
        passed, failed, skipped = (int(x or 0) for x in plain[-1])
    elif good := CATCH_GOOD.search(output):
        passed, failed, skipped = int(good[1]), 0, 0
    elif bad := CATCH_BAD.search(output):
        passed, failed, skipped = int(bad[2] or 0), int(bad[3] or 0), 0
    elif result == "SKIP":
        passed, failed, skipped = 0, 0, 1
    else:
        passed, failed, skipped = (1, 0, 0) if result == "OK" else (0, 1, 0)
    if result not in ("OK", "SKIP") and failed == 0:
        failed = 1  # it crashed or ran out of time after what it counted
    return passed, failed, skipped


def main():
    build, everything, patterns = sys.argv[1], sys.argv[2] == "yes", sys.argv[3:]
    names = json.loads(subprocess.run(["meson", "introspect", "--tests", build], check=True, capture_output=True).stdout)
    chosen = [t["name"] for t in names if not patterns or any(p in t["name"] for p in patterns)]
    if not everything:
        heavy = {t["name"] for t in names if any("heavy" in s for s in t["suite"])}
        chosen = [n for n in chosen if n not in heavy]
    if not chosen:
        print("no test matches", *patterns, file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    log = os.path.join(build, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.unlink(log)
    at_once = str((os.cpu_count() or 1) + 1)  # some of them wait for servers
    subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", "--num-processes", at_once, *chosen],
                   stdin=subprocess.DEVNULL, check=False)
    totals = [0, 0, 0]
    seen = set()
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            test = json.loads(line)
            seen.add(test["name"])
            part = count(test["result"], test.get("stdout") or "")
            totals = [a + b for a, b in zip(totals, part)]
            if part[1] or part[2]:
                print(f"{test['name']}: {part[0]} passed, {part[1]} failed, {part[2]} skipped ({test['result']})")
                for text in (test.get("stdout") or "").splitlines():
                    if text.startswith("SKIPPED"):
                        print("  " + text)
    for name in chosen:
        if not any(s == name or s.endswith(name) for s in seen):
            print(f"{name}: did not run")
            totals[1] += 1
    print(f"{totals[0]} passed, {totals[1]} failed" + (f", {totals[2]} skipped" if totals[2] else ""))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
