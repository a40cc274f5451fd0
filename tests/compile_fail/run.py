#!/usr/bin/env python3
"""Misuse must not compile, and the compiler's message must say why.

    run.py COMPILER... -- CASE.cpp...

A case is compiled twice: as it is, which must succeed, and with -DMISUSE, which must fail with every fragment that a
line `// expects: FRAGMENT` of the case names. What all cases include is precompiled once.
"""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

FLAGS = ["-std=c++20", "-Wall", "-Wextra"]


def compile_case(compiler, case, *flags):
    command = [*compiler, *FLAGS, "-fsyntax-only", *flags, case]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def judge(compiler, case):
    """What is wrong with a case, as one text; empty when nothing is."""
    with open(case, encoding="utf-8") as source:
        fragments = [line.split("expects:", 1)[1].strip() for line in source if line.startswith("// expects:")]
    right = compile_case(compiler, case)
    if right.returncode != 0:
        return f"{case}: the right use does not compile\n{right.stderr}"
    wrong = compile_case(compiler, case, "-DMISUSE")
    if wrong.returncode == 0 or not fragments:
        return f"{case}: the misuse compiles, or nothing is expected of it"
    missing = [fragment for fragment in fragments if fragment not in wrong.stderr]
    return f"{case}: the message does not say {missing}\n{wrong.stderr[:3000]}" if missing else ""


def main():
    split = sys.argv.index("--")
    compiler, cases = sys.argv[1:split], sys.argv[split + 1:]
    with tempfile.TemporaryDirectory() as folder:
        header = os.path.join(folder, "all.hpp")
        with open(header, "w", encoding="utf-8") as f:
            f.write("#include <pitot/metrics/registry.hpp>\n")
        subprocess.run([*compiler, *FLAGS, "-x", "c++-header", header, "-o", header + ".gch"], check=True, timeout=300)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            said = list(pool.map(lambda case: judge([*compiler, "-include", header], case), cases))
    failed = [text for text in said if text]
    print(*failed, sep="\n")
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
