"""Holds the includes against the layers of the design: arrows only point down, foreign libraries stay in connect/.

usage: layers.py SOURCE_ROOT
"""
import os
import re
import sys
import tempfile

# A layer may include itself and what stands here, nothing else.
CORE = {"base", "model"}
ALLOWED = {
    "base": set(),
    "model": {"base"},
    "json": {"base"},
    "metrics": CORE,
    "expo": CORE,
    "store": CORE,
    "promql": CORE | {"store"},
    "logql": CORE,
    "template": {"base"},
    "rules": CORE | {"store", "promql", "template"},
    "catalog": CORE | {"json", "expo"},
    "dashboard": CORE | {"json", "promql", "logql"},
    "lint": CORE | {"json", "expo", "catalog", "dashboard", "promql", "logql", "template"},
    "collect": CORE | {"expo", "metrics"},
    "vault": {"base", "json", "connect"},
    # One adapter a library. What it adapts to are the concepts below; serve also knows the scrape it answers with.
    "connect": CORE | {"json", "expo", "metrics", "collect"},
    "": CORE | {"metrics", "expo"},  # include/pitot/pitot.hpp
}
# Single files that may do more, each with its reason.
EXCEPTIONS = {
    "catalog/relabel.hpp": {"pitot/connect/regex.hpp"},  # relabel_configs match by RE2
    "catalog/matcher.hpp": {"pitot/connect/regex.hpp"},
    "catalog/prometheus_config.hpp": {"pitot/connect/regex.hpp", "pitot/connect/yaml.hpp"},
    "catalog/target_groups.hpp": {"pitot/connect/yaml.hpp"},
    "lint/dashboard/rule_shape.hpp": {"pitot/connect/yaml.hpp"},
    "lint/dashboard/rule_file.hpp": {"pitot/connect/yaml.hpp"},  # a rule file is YAML
    "lint/dashboard/yaml_documents.hpp": {"pitot/connect/yaml.hpp"},
    "lint/dashboard/yaml_dashboard.hpp": {"pitot/connect/yaml.hpp"},
    "catalog/source.hpp": {"pitot/connect/http.hpp", "pitot/connect/gzip.hpp"},  # a SOURCE may be a URL
    "catalog/api_client.hpp": {"pitot/connect/http.hpp"},  # a live server is asked by HTTP
    "dashboard/datasource_files.hpp": {"pitot/connect/yaml.hpp"},  # provisioning is YAML
    "dashboard/grafana_api.hpp": {"pitot/connect/http.hpp"},  # a live server is asked by HTTP
    "rules/file.hpp": {"pitot/connect/yaml.hpp"},  # a rule file is YAML
    "rules/yaml_values.hpp": {"pitot/connect/yaml.hpp"},  # as Go's yaml reads them
}

# With the C forms and the compilers' own headers of vector instructions.
STANDARD = set("""
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio
cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream functional future
initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex
new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex
source_location span sstream stack stdexcept stop_token streambuf string string_view strstream syncstream
system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector
version
immintrin.h emmintrin.h arm_neon.h
errno.h stdio.h stdlib.h string.h time.h""".split())
SYSTEM = re.compile(r"^(sys|net|netinet|arpa|linux|asm)/|^(dirent|dlfcn|fcntl|malloc|fnmatch|glob|grp|ifaddrs|netdb|poll|pthread|pwd|"
                    r"sched|signal|spawn|syslog|termios|unistd|mntent|"
                    r"windows|io|process)\.h$")
# Who may ask the operating system itself, and who may format messages.
SYSTEM_LAYERS = {"collect", "connect", "vault"}
SYSTEM_FILES = {
    "metrics/atomic.hpp": "sched_yield, in a header that must not cost <thread>",
    "metrics/thread_slot.hpp": "getpid: a fork is a new process",
    "expo/textfile.hpp": "rename after fsync: a batch job's file must survive a crash",
}
FMT_LAYERS = {"lint"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources(folder):
    for where, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith((".hpp", ".cpp", ".h")):
                yield os.path.join(where, name)


def library_problems(root, path):
    """What one file of include/ may not do."""
    inside = os.path.relpath(path, os.path.join(root, "include", "pitot")).replace(os.sep, "/")
    layer = inside.split("/")[0] if "/" in inside else ""
    if layer not in ALLOWED:
        yield f"{inside}: the layer '{layer}' is not in the table"
        return
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for match in INCLUDE.finditer(text):
        quote, target = match.groups()
        where = f"include/pitot/{inside}:{text.count(chr(10), 0, match.start(2)) + 1}"
        if quote == '"':
            yield f"{where}: \"{target}\" must be <pitot/…>: one way to name a header"
        elif target.startswith("pitot/"):
            other = target.split("/")[1] if target.count("/") > 1 else ""
            if other != layer and other not in ALLOWED[layer] and target not in EXCEPTIONS.get(inside, ()):
                yield f"{where}: {layer or 'pitot.hpp'} may not include {other or target}"
            if not os.path.exists(os.path.join(root, "include", target)):
                yield f"{where}: no such header: {target}"
        elif target in STANDARD:
            pass
        elif SYSTEM.match(target):
            if layer not in SYSTEM_LAYERS and inside not in SYSTEM_FILES:
                yield f"{where}: {layer} may not include the system's {target}"
        elif target.startswith("fmt/"):
            if layer not in FMT_LAYERS:
                yield f"{where}: fmt is for messages: lint and the tools"
        elif layer != "connect":
            yield f"{where}: only connect/ may include {target}, a foreign library's"


def tool_problems(root, path):
    """A tool may use all of the library, fmt and what the tools share; foreign libraries only by way of connect/."""
    inside = os.path.relpath(path, os.path.join(root, "tools")).replace(os.sep, "/")
    own = inside.split("/")[0]
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for match in INCLUDE.finditer(text):
        quote, target = match.groups()
        where = f"tools/{inside}:{text.count(chr(10), 0, match.start(2)) + 1}"
        if target.startswith("pitot/") or target in STANDARD or SYSTEM.match(target) or target.startswith("fmt/"):
            continue
        if target == "cxxopts.hpp":
            if inside != "common/flags.cpp":
                yield f"{where}: cxxopts is for common/flags.cpp alone"
        elif target == "curl/curl.h" and own == "late-curl":
            pass  # it takes the library's own place
        elif quote == "<" and target.split("/")[0] in ("common", own):
            if own == "common" and not target.startswith("common/"):
                yield f"{where}: common may not include a tool"
        elif quote == '"' and os.path.exists(os.path.join(os.path.dirname(path), target)):
            if not os.path.realpath(os.path.join(os.path.dirname(path), target)).startswith(
                    os.path.realpath(os.path.join(root, "tools", own)) + os.sep):
                yield f"{where}: one tool may not include another"
        else:
            yield f"{where}: {target} belongs behind an adapter in connect/"


def check(root):
    """(files seen, problems)"""
    seen, problems = 0, []
    for path in sources(os.path.join(root, "include", "pitot")):
        seen += 1
        problems += library_problems(root, path)
    for path in sources(os.path.join(root, "tools")):
        seen += 1
        problems += tool_problems(root, path)
    return seen, problems


def self_test():
    """Each of these must be found, or this test could not fail."""
    wrong = {
        "include/pitot/base/a.hpp": "#include <pitot/model/b.hpp>\n",
        "include/pitot/model/b.hpp": "#include <curl/curl.h>\n",
        "include/pitot/metrics/c.hpp": "#include <pitot/expo/d.hpp>\n",
        "include/pitot/expo/d.hpp": "#include <unistd.h>\n",
        "include/pitot/json/e.hpp": "#include \"../base/a.hpp\"\n",
        "include/pitot/lost/f.hpp": "",
        "include/pitot/collect/g.hpp": "#include <fmt/format.h>\n",
        "tools/one/main.cpp": "#include \"../two/x.hpp\"\n",
        "tools/two/x.hpp": "#include <yaml-cpp/yaml.h>\n",
        "tools/common/y.hpp": "#include <cxxopts.hpp>\n",
    }
    with tempfile.TemporaryDirectory() as root:
        for name, text in wrong.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        _, problems = check(root)
    folders = {re.split(r"[: ]", p)[0].replace("include/pitot/", "") for p in problems}
    return [name for name in wrong if name.replace("include/pitot/", "") not in folders]


def main():
    missed = self_test()
    for name in missed:
        print(f"self test: nothing found in {name}")
    seen, problems = check(sys.argv[1])
    print("\n".join(problems))
    bad = len({p.split(":")[0] for p in problems}) + (1 if missed else 0)
    print(f"{seen + 1 - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
