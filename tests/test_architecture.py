"""The structure that design and README promise: who may import whom, and one home for each library."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qwentts_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the top down: each floor may import those below it, but none beside it.
FLOORS = (
    {"__main__"},
    {"cli"},
    {"batch", "checks", "lint"},
    {"speech"},
    {"synthesis", "manifest"},
    {"billing", "documents"},
    {"dashscope", "subtitles"},
    {"audio", "text"},
    {"settings"},
    {"storage"},
    {"observer"},
    {"errors"},
    {"redact", "wording", "metered"},
    {"known_secrets"},
)
BELOW = {
    part: set().union(*FLOORS[number + 1 :]) for number, floor in enumerate(FLOORS) for part in floor
} | {"sandbox": set()}
# Who starts the sandbox; it imports nothing of the client, so that it cannot share the client's bugs.
STARTS_SANDBOX = {"cli", "speech"}
HOMES = {
    "requests": {"dashscope"},
    "fastcrc": {"dashscope"},
    "urllib3": {"dashscope"},
    # The sandbox encodes by itself what the client must decode.
    "soundfile": {"audio", "sandbox"},
    "lameenc": {"audio"},
    "av": {"audio"},
    "miniaudio": {"audio"},
    "platformdirs": {"settings"},
    "sqlite3": {"storage"},
    "msvcrt": {"storage"},
    "tomlkit": {"settings"},
    "typer": {"cli"},
    "rich": {"cli"},
    "sentencex": {"text"},
    "markdown_it": {"documents"},
    "pypdfium2": {"documents"},
    "pysubs2": {"documents"},
    "espeakng_loader": {"sandbox"},
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports_of(path: Path) -> list[str]:
    """Full names; one that begins with a dot was imported from beside."""
    found = []
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
    return found


@cache
def calls_in(path: Path) -> set[str]:
    return {ast.unparse(node.func) for node in nodes_of(path) if isinstance(node, ast.Call)}


def may_import(part: str, name: str) -> bool:
    if part == "__init__" or name.startswith("."):
        return False
    if not name.startswith("qwentts_cli."):
        return True
    allowed = BELOW[part] | {part, "__version__"} | ({"sandbox"} if part in STARTS_SANDBOX else set())
    return name.split(".")[1] in allowed


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_imports_go_one_way() -> None:
    """A part imports only what stands below it; the sandbox cannot share the client's bugs."""
    assert len(MODULES) > 100
    breaches = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        for name in imports_of(path)
        if not may_import(part_of(path), name)
    ]
    assert not breaches, "\n".join(breaches)


def test_each_library_has_one_home() -> None:
    """A library's quirks are known to one part of the program."""
    imports = {(path, name.split(".")[0]) for path in MODULES for name in imports_of(path)}
    assert {library for _, library in imports} >= set(HOMES)
    breaches = [
        f"{name_of(path)} imports {library}"
        for path, library in imports
        if part_of(path) not in HOMES.get(library, {part_of(path)})
    ]
    assert not breaches, "\n".join(breaches)


def test_values_are_structs() -> None:
    """A dataclass is built from source at every start, which takes fifty times as long.

    The sandbox has them, since it needs nothing that must be installed.
    """
    breaches = [
        name_of(path)
        for path in MODULES
        for name in imports_of(path)
        if name.split(".")[0] == ("msgspec" if name_of(path).startswith("sandbox/") else "dataclasses")
    ]
    assert not breaches, "\n".join(breaches)


def test_only_the_command_line_prints_or_exits() -> None:
    """Everything below gives values and raises errors; the worker of eSpeak answers its parent on stdout."""
    breaches = [
        f"{name_of(path)} calls {call}"
        for path in MODULES
        if part_of(path) not in {"cli", "__main__"}
        for call in calls_in(path) & {"print", "sys.exit", "exit", "os._exit"}
        if call != "sys.exit" or "worker" not in path.name
    ]
    assert not breaches, "\n".join(breaches)


# The worker of eSpeak gets an environment of one variable, and the sandbox knows nothing of the client.
STARTS_PROGRAMS = {"settings/child.py", "sandbox/voices/espeak.py"}
STARTS = re.compile(
    r"subprocess\.(Popen|run|call|check_\w+|getoutput|getstatusoutput)"
    r"|os\.(system|popen|fork\w*|exec\w+|spawn\w+|posix_spawn\w*|startfile)"
    r"|(pty|webbrowser|multiprocessing)\.\w+|asyncio\.create_subprocess_\w+"
)


def test_programs_are_started_in_one_place() -> None:
    """Every child but the sandbox's own is started where secrets are left out of its environment."""
    starts = {
        name_of(path)
        for path in MODULES
        if any(STARTS.fullmatch(name) for name in (*calls_in(path), *imports_of(path)))
    }
    assert starts == STARTS_PROGRAMS


def test_nothing_weakens_security() -> None:
    """No unchecked certificates, no shell, no evaluated text, no predictable temporary file."""
    words = (
        "verify=False",
        "CERT_NONE",
        "disable_warnings",
        "shell=True",
        "mktemp(",
        "pickle",
        "os.system",
    )
    sources = {path: path.read_text(encoding="utf-8") for path in MODULES}
    breaches = [f"{name_of(path)} has {word}" for path in MODULES for word in words if word in sources[path]]
    breaches += [
        f"{name_of(path)} calls {call}" for path in MODULES for call in calls_in(path) & {"eval", "exec"}
    ]
    assert not breaches, "\n".join(breaches)


def modules_run_by(path: Path) -> set[str]:
    """The modules of the package that it imports, also when a function of it runs; not for types alone."""
    found: set[str] = set()
    waiting = [nodes_of(path)[0]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        waiting += (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))
    return found


def test_no_module_needs_itself() -> None:
    """There is no circle of imports, not even one that closes only when a function runs."""
    names = {f"qwentts_cli.{name_of(path).removesuffix('.py').replace('/', '.')}": path for path in MODULES}
    needs = {name: modules_run_by(path) & set(names) - {name} for name, path in names.items()}
    TopologicalSorter(needs).prepare()  # raises where there is one


def body_lines(function: ast.FunctionDef) -> int:
    """Lines from the first statement to the last; a docstring does not count."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def functions_in(path: Path) -> list[ast.FunctionDef]:
    return [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef)]


def test_files_functions_and_commands_are_small() -> None:
    """A file can be read at one sitting, a function at one glance; a command parses, calls and shows."""
    breaches = [name_of(path) for path in MODULES if path.read_text(encoding="utf-8").count("\n") > 300]
    breaches += [
        f"{function.name} in {name_of(path)}: {body_lines(function)} lines"
        for path in MODULES
        for function in functions_in(path)
        if body_lines(function) > (25 if is_command(function) else 40)
    ]
    assert not breaches, "\n".join(breaches)


def is_command(function: ast.FunctionDef) -> bool:
    first = function.args.args[:1]
    return bool(first and first[0].annotation and ast.unparse(first[0].annotation) == "typer.Context")


def test_no_folder_is_crowded() -> None:
    """A folder's files can be taken in at a glance; what has grown too full may only get emptier."""
    counts = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    breaches = [
        f"{folder.relative_to(ROOT)} has {count} files" for folder, count in counts.items() if count > 16
    ]
    assert not breaches, "\n".join(breaches)
