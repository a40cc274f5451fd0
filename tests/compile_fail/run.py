#!/usr/bin/env python3
"""Misuse must not compile, and the compiler's message must say why.

    run.py COMPILER... -- CASE.cpp...

A case is compiled twice: as it is, which must succeed, and with -DMISUSE, which must fail with every fragment that a
line `// expects: FRAGMENT` of the case names. What all cases include is precompiled once; as they are, all are compiled
as one unit, each in a namespace of its own, and one by one only if that fails.
"""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import together  # noqa: E402

FLAGS = ["-std=c++20", "-Wall", "-Wextra"]


def compile_case(compiler, case, *flags, text=None):
    command = [*compiler, *FLAGS, "-fsyntax-only", *flags, *(["-x", "c++", "-"] if text else [case])]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=300)


def judge(compiler, case, known_right):
    """What is wrong with a case, as one text; empty when nothing is."""
    with open(case, encoding="utf-8") as source:
        fragments = [line.split("expects:", 1)[1].strip() for line in source if line.startswith("// expects:")]
    right = None if known_right else compile_case(compiler, case)
    if right is not None and right.returncode != 0:
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
        compiler += ["-include", header]
        known_right = compile_case(compiler, None, text=together.unit(cases)).returncode == 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            said = list(pool.map(lambda case: judge(compiler, case, known_right), cases))
    failed = [text for text in said if text]
    print(*failed, sep="\n")
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
