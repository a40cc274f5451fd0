"""Every header compiles alone and twice in a row, without a warning, under each compiler.

Headers that include all that others need are compiled behind those: alone, they would see the same. What many include is
precompiled for them.

usage: headers.py SOURCE_ROOT WORK_FOLDER COMPILER…
A compiler that is not installed is skipped and said. What compiled before and has not changed since is not compiled again.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

FLAGS = ["-std=c++20", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-fsyntax-only"]
PRECOMPILED = os.path.join(tempfile.gettempdir(), "pitot-precompiled-")
LIBRARIES = ["yaml-cpp", "libcurl", "libmicrohttpd", "zlib", "fmt", "re2"]


def headers(root):
    for top, base in (("include", "include"), ("tools", "tools")):
        for where, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith(".hpp"):
                    yield top, os.path.relpath(os.path.join(where, name), os.path.join(root, base))


def everything_included(root):
    """What each header includes, itself or through others, by name."""
    own = {}
    for top, header in headers(root):
        with open(os.path.join(root, top, header), encoding="utf-8") as f:
            own[header] = re.findall(r"^#\s*include <([^>]+)>", f.read(), re.M)
    whole = {}

    def of(header):
        if header not in whole:
            whole[header] = set()  # headers do not include each other in a circle
            for name in own.get(header, []):
                whole[header] |= {name} | of(name)
        return whole[header]

    return {header: of(header) for header in own}


def sequences(included):
    """All headers in few sequences. Each header includes all that stands before it in its sequence, and what that includes:
    it sees nothing that it would not see alone. (The fewest chains of an order: Dilworth's theorem, by a matching.)"""
    after = {a: [b for b in included if b != a and included[a] | {a} <= included[b]] for a in included}
    before = {}  # each header's predecessor

    def joined(a, tried):
        for b in after[a]:
            if b not in tried:
                tried.add(b)
                if b not in before or joined(before[b], tried):
                    before[b] = a
                    return True
        return False

    for a in included:
        joined(a, set())
    follower = {a: b for b, a in before.items()}
    for header in included:
        if header not in before:
            chain = [header]
            while chain[-1] in follower:
                chain.append(follower[chain[-1]])
            yield chain


def hubs(chains, included):
    """What to precompile, and for which chains: {header: [chain]}. A chain may have what its first header includes. What a
    header costs is guessed by the number of those it includes, other libraries' twice."""
    cost = {h: 1 + sum(1 if i in included else 2 for i in of) for h, of in included.items()}
    usable = {h: [n for n, chain in enumerate(chains) if h in included[chain[0]]] for h in included}
    best = {}
    while True:
        def gain(h):  # half of what is precompiled is done again: templates; to write it down takes as long as to read it
            return sum(max(0, cost[h] - cost.get(best.get(n), 0)) for n in usable[h]) / 2 - 2 * cost[h]
        found = max(included, key=gain)
        if gain(found) <= 4 * cost[found]:
            return {h: [chains[n] for n in best if best[n] == h] for h in set(best.values())}
        best |= {n: found for n in usable[found] if cost[found] > cost.get(best.get(n), 0)}


class Precompiled:
    """A header that is precompiled when the first unit asks for it."""

    def __init__(self, compiler, folder, flags, header):
        self.path = os.path.join(folder, header.replace("/", "_"))
        self.command = [compiler, *[f for f in FLAGS if f != "-fsyntax-only"], *flags, "-x", "c++-header", self.path, "-o", self.path + ".gch"]
        self.lock, self.good = threading.Lock(), None
        with open(self.path, "w", encoding="utf-8") as f:
            f.write(f"#include <{header}>\n")

    def flags(self):
        """None if it does not compile: its own unit says why."""
        with self.lock:
            if self.good is None:
                self.good = subprocess.run(self.command, capture_output=True, timeout=300, check=False).returncode == 0
        return ["-include", self.path, "-fpch-deps"] if self.good else []


def self_test(compiler, work, flags):
    """A header that needs another first, and one that cannot be read twice, must both fail."""
    for name, text in (("alone", "inline std::size_t size_of_nothing() { return 0; }\n"), ("twice", "struct twice_read {};\n")):
        with open(os.path.join(work, f"self_{name}.hpp"), "w", encoding="utf-8") as f:
            f.write(text)
        if compiled(compiler, work, [*flags, "-I", work], [f"self_{name}.hpp"]) is None:
            return f"{compiler}: self test: a header that is wrong {name} compiled"
    return None


def is_unchanged(rules, command):
    """Did this command succeed before, and is each file it read older than that? rules: what -MD wrote, then the command."""
    if not os.path.exists(rules):
        return False
    with open(rules, encoding="utf-8") as f:
        *dependencies, last = f.read().splitlines()
    then = os.stat(rules).st_mtime
    read = [file for file in " ".join(dependencies).replace("\\ ", " ").split()[1:] if not file.startswith(PRECOMPILED)]
    return last == repr(command) and all(os.path.exists(file) and os.stat(file).st_mtime < then for file in read)


def compiled(compiler, work, flags, chain, prefix=lambda: []):
    """One sequence, each header twice: None, or what the compiler said.
    prefix  gives more flags, when it is to be compiled"""
    unit = os.path.join(work, f"{chain[-1].replace('/', '_')}.{len(chain)}.cpp")
    text = "".join(f"#include <{header}>\n" * 2 for header in chain)
    if not os.path.exists(unit) or open(unit, encoding="utf-8").read() != text:
        with open(unit, "w", encoding="utf-8") as f:
            f.write(text)
    rules = f"{unit}.{os.path.basename(compiler)}.d"
    command = [compiler, *FLAGS, *flags, unit, "-MD", "-MF", rules + ".new"]
    if is_unchanged(rules, command):
        return None
    began = time.time()
    done = subprocess.run([*command, *prefix()], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        return done.stderr
    with open(rules + ".new", "a", encoding="utf-8") as f:
        f.write(f"\n{command!r}")
    os.utime(rules + ".new", (began, began))
    os.replace(rules + ".new", rules)
    return None


def main():
    root, work, compilers = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.makedirs(work, exist_ok=True)
    have = {lib: subprocess.run(["pkg-config", "--cflags", lib], capture_output=True, text=True, check=False) for lib in LIBRARIES}
    flags = sorted({flag for done in have.values() if done.returncode == 0 for flag in done.stdout.split()})
    passed = failed = skipped = 0
    for compiler in compilers:
        if not shutil.which(compiler):
            print(f"SKIPPED: {compiler} is not installed")
            skipped += 1
            continue
        if problem := self_test(compiler, work, flags):
            print(problem)
            failed += 1
        for top, header in headers(root):
            with open(os.path.join(root, top, header), encoding="utf-8") as f:
                if f.readline() != "#pragma once\n":
                    failed += 1
                    print(f"FAILED: {top}/{header}: does not begin with #pragma once")
        own = [*flags, "-I", os.path.join(root, "include"), "-I", os.path.join(root, "tools")]
        included = everything_included(root)
        chains = list(sequences(included))
        with tempfile.TemporaryDirectory(prefix=os.path.basename(PRECOMPILED)) as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
            prefix_of = {}
            for hub, behind in hubs(chains, included).items() if "g++" in os.path.basename(compiler) else ():
                made = Precompiled(compiler, folder, own, hub)
                prefix_of |= {tuple(chain): made.flags for chain in behind}
            said = list(pool.map(lambda chain: compiled(compiler, work, own, chain, prefix_of.get(tuple(chain), list)), chains))
        for chain, text in zip(chains, said):
            alone = [(header, compiled(compiler, work, own, [header])) for header in chain] if text is not None else []
            wrong = [(header, error) for header, error in alone if error is not None]
            if text is not None and not wrong:
                wrong = [(" then ".join(chain), text)]
            for header, error in wrong:
                print(f"FAILED {compiler}: {header}\n{error[:4000]}")
            failed += len(wrong)
            passed += len(chain) - min(len(wrong), len(chain))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
