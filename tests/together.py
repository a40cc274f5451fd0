"""Sources as one unit: each in a namespace of its own, behind what any of them includes."""
import os
import re


def unit(sources, before="", after=""):
    """before, after  lines around each source; {} is its number"""
    includes, parts = {}, []
    for i, source in enumerate(sources):
        with open(source, encoding="utf-8") as f:
            includes |= dict.fromkeys(re.findall(r"^#include [^ \n]+", f.read(), re.M))
        parts.append(f'namespace source_{i} {{\n{before.format(i)}\n#include "{os.path.abspath(source)}"\n{after}\n}}')
    return "\n".join([*includes, *parts]) + "\n"
