"""The linter of .clang-tidy over every header, a unit for each layer; for `tests/run --all`.

usage: tidy.py SOURCE_ROOT WORK_FOLDER [LAYER…]
"""
import os
import subprocess
import sys

TIDY = "clang-tidy-16"
root, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
include = os.path.join(root, "include")
libraries = ["yaml-cpp", "libcurl", "libmicrohttpd", "zlib", "fmt"]
flags = subprocess.run(["pkg-config", "--cflags", *libraries], capture_output=True, text=True, check=False).stdout.split()
os.makedirs(work, exist_ok=True)

layers = {}
for path, _, names in os.walk(os.path.join(include, "pitot")):
    for name in sorted(names):
        if name.endswith(".hpp"):
            header = os.path.relpath(os.path.join(path, name), include)
            layers.setdefault(os.path.dirname(header).removeprefix("pitot").strip("/") or "pitot", []).append(header)

passed = failed = 0
for layer in sorted(sys.argv[3:] or layers):
    print(f"{layer} …", file=sys.stderr, flush=True)
    unit = os.path.join(work, layer.replace("/", "-") + ".cpp")
    with open(unit, "w", encoding="utf-8") as f:
        f.writelines(f"#include <{header}>\n" for header in sorted(layers[layer]))
    done = subprocess.run([TIDY, "--quiet", f"--config-file={root}/.clang-tidy", f"--header-filter=include/pitot/{'' if layer == 'pitot' else layer + '/'}[^/]*$",
                           unit, "--", "-std=c++20", "-I", include, *flags],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {layer}\n{done.stdout.replace(root + '/', '')}{done.stderr[-2000:] if not done.stdout else ''}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
