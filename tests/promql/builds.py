"""The engine built without optimization, with all of it, for this very processor, by clang and for ARM64 under emulation: the same answers.

usage: builds.py SOURCE_ROOT WORK_FOLDER

Generated expressions over generated data are answered by each build, every number with all its digits, and compared with -O2
byte by byte. Where the C library's exp(), log() and their like take part, ARM64's library may differ from this machine's in the
last bit, so there and nowhere else numbers are compared to 1e-12.
"""
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import differential  # noqa: E402

root, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
os.makedirs(work, exist_ok=True)
foreign = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "pitot", "static", "root-arm64", "usr")
here = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
CROSS = ["aarch64-linux-gnu-g++", "-O2", "-static", "-isystem", f"{foreign}/include", f"-L{foreign}/lib/aarch64-linux-gnu"]
BUILDS = {"-O2": ["g++", "-O2"], "-O0": ["g++", "-O0"], "-O3": ["g++", "-O3"], "-march=native": ["g++", "-O3", "-march=native"], "clang": ["clang++-16", "-O2"]}
skipped = []
if here != "arm64":
    if shutil.which(CROSS[0]) and shutil.which("qemu-aarch64-static") and os.path.exists(f"{foreign}/lib/aarch64-linux-gnu/libre2.a"):
        BUILDS["ARM64"] = CROSS
    else:
        skipped.append("ARM64: `tools/vault-env/build-static OUT promcheck --arch arm64` fetches its compiler and libraries")
# What the C library computes, not the processor: also the places of exponential buckets, and what is interpolated in them.
LIBRARY = re.compile(r"\b(exp|sqrt|ln|log2|log10|a?(sin|cos|tan)h?|atan2|deg|rad)\b|\^|histogram_|stddev|stdvar|[<>]/|double_exponential")


def build(name):
    program = os.path.join(work, "judged" + re.sub(r"\W+", "-", name))
    cached = ["ccache"] if shutil.which("ccache") else []
    steps, objects = [], []
    for source in ("tests/promql/judged.cpp", "tools/promcheck/query_output.cpp"):
        objects.append(f"{program}-{os.path.basename(source)}.o")
        steps.append([*cached, *BUILDS[name], "-std=c++20", "-DFMT_HEADER_ONLY", f"-I{root}/include", f"-I{root}/tools", "-c", f"{root}/{source}", "-o", objects[-1]])
    for step in (*steps, [*BUILDS[name], *objects, "-o", program, "-lre2", "-pthread"]):
        done = subprocess.run(step, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            return name, None, done.stderr[-2000:]
    return name, program, ""


def near(a, b):
    """Equal but for the last bits of numbers."""
    number = re.compile(r"(?<=\")[-+]?(?:\d[\d.e+-]*)(?=\")")
    if number.sub("", a) != number.sub("", b):
        return False
    return all(abs(float(x) - float(y)) <= 1e-12 * max(abs(float(x)), abs(float(y)), 1e-3) for x, y in zip(number.findall(a), number.findall(b)))


with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    built = list(pool.map(build, BUILDS))
failures = [f"{name} does not build: {why}" for name, program, why in built if program is None]
documents = []
r = random.Random(20261127)
for n in range(4):
    path = os.path.join(work, f"queries-{n}.json")
    data, generator = differential.Data(r), differential.Generator(r)
    document = {"script": data.script, "delayed": n % 2 == 1, "queries": [differential.some_query(r, generator) for _ in range(250)]}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)
    documents.append((path, document))
passed, expected = 0, None
for name, program, _ in built:
    if program is None:
        continue
    emulator = ["qemu-aarch64-static"] if name == "ARM64" else []
    answers = []
    for path, document in documents:
        done = subprocess.run([*emulator, program, "answer", path], capture_output=True, text=True, timeout=1200, check=False)
        if done.returncode or done.stdout.count("\n") != len(document["queries"]):
            failures.append(f"{name}: exit {done.returncode}, {done.stderr[-500:]}")
        answers += zip((q["expr"] for q in document["queries"]), done.stdout.splitlines())
    if expected is None:
        expected = answers
        continue
    exact = last_bits = 0
    for (expr, want), (_, got) in zip(expected, answers):
        if want == got:
            exact += 1
        elif name == "ARM64" and LIBRARY.search(expr) and near(want, got):
            last_bits += 1
        else:
            at = next((i for i, (x, y) in enumerate(zip(want, got)) if x != y), min(len(want), len(got)))
            failures.append(f"{name}: {expr}\n    -O2 {want[max(0, at - 60):at + 40]}\n    got {got[max(0, at - 60):at + 40]}")
    passed += exact + last_bits
    print(f"{name}: {exact} answers are the same byte by byte, {last_bits} but for the last bits of the C library's functions")
for failure in failures[:40]:
    print("FAILED", failure)
for why in skipped:
    print("SKIPPED", why)
print(f"{passed} passed, {len(failures)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
sys.exit(1 if failures or not passed else 0)
