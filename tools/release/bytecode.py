"""Compiles all that a step imports: `python -IB bytecode.py FOLDER`, in the build of the image.

The bytecode of the action and its packages goes beside their sources, that of the standard library, which the base has
none of, to the same path below FOLDER. Modules of packages that a step never imports have none. None of it needs a look
at its source when it is loaded, and the same sources give the same bytes.

The standard library and the packages are compiled as `python -OO` does it, without docstrings and assertions, which
saves a sixth. The action keeps its docstrings, because each data class without one makes its own at every start.
"""

import importlib
import py_compile
import sys
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from pkgutil import walk_packages

APP = Path("/app")
# Codecs are imported when they are used: the first of these by looking up the name of a host.
CODECS = ("encodings.idna", "encodings.utf_16_le", "encodings.utf_16_be")
# It is compiled before its import fails, because a library that it needs is not installed: requests does without it.
INCOMPLETE = "urllib3.contrib.socks"
ACTION = "testsigma_action"
# The levels of optimisation of `python` and `python -OO`.
PLAIN, SMALLEST = 0, 2


def imported() -> list[Path]:
    """Sources of the action, and of all that its modules import, at its start or later."""
    sys.path.insert(0, str(APP / "src"))
    modules = walk_packages(importlib.import_module(ACTION).__path__, f"{ACTION}.")
    for name in (*CODECS, *(module.name for module in modules if not module.name.endswith("__main__"))):
        importlib.import_module(name)
    # Only a module that was loaded from a file has a place for its bytecode: some are in the interpreter itself.
    loaded = [module.__spec__ for module in list(sys.modules.values())]
    specs = [spec for spec in (*loaded, find_spec(INCOMPLETE)) if spec and spec.cached]
    paths = {Path(str(spec.origin)) for spec in specs}
    return sorted(paths | set((APP / "src").rglob("*.py")))


def compile_file(source: Path, root: str, optimize: int) -> None:
    """Compile one file into its cache folder below a root."""
    py_compile.compile(
        str(source),
        root + cache_from_source(str(source)),
        doraise=True,
        optimize=optimize,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


if __name__ == "__main__":
    for path in imported():
        own = APP / "src" in path.parents
        compile_file(path, "" if APP in path.parents else sys.argv[1], PLAIN if own else SMALLEST)
