"""The lines of constraints.txt that an installation of resograph needs, without what only its tests need.

    python deploy/locked.py constraints.txt > runtime.txt

It asks the metadata of what is installed beside it which package needs which; a package that the lock does not name is an error.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement


def locked(lines: list[str], root: str = "resograph") -> list[str]:
    """The "name==version" of *lines* that *root* needs, directly or through others."""
    pins = {_name(line.partition("==")[0]): line for line in lines if "==" in line}
    needed: dict[str, None] = {}
    agenda = [Requirement(root)]
    while agenda:
        found = agenda.pop()
        for line in requires(found.name) or ():
            one = Requirement(line)
            extras = found.extras or {""}
            wanted = one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
            if wanted and _name(one.name) not in needed:
                needed[_name(one.name)] = None
                agenda.append(one)
    if missing := sorted(set(needed) - set(pins)):
        raise SystemExit(f"constraints.txt has no line for {', '.join(missing)}; add them")
    return [pins[name] for name in sorted(needed)]


def _name(spelt: str) -> str:
    return re.sub(r"[-_.]+", "-", spelt).lower()


if __name__ == "__main__":
    print("\n".join(locked(Path(sys.argv[1]).read_text(encoding="utf-8").split())))
