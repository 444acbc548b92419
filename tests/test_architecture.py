"""The structure that design and README promise: who may import whom, and one home for each library."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qwentts_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Which parts a part may import, besides itself and the leaves.
LEAVES = {"errors", "files", "settings"}
ALLOWED = {
    "cli": {"synthesis", "dashscope", "audio", "text", "sandbox"},
    "synthesis": {"dashscope", "audio", "text"},
    "dashscope": set(),
    "audio": set(),
    "text": set(),
    "settings": {"errors", "files"},
    "files": {"errors"},
    "errors": set(),
    "sandbox": set(),
    "__main__": {"cli"},
}
HOMES = {
    "requests": {"dashscope"},
    "urllib3": {"dashscope"},
    "soundfile": {"audio"},
    "miniaudio": {"audio"},
    "platformdirs": {"settings"},
    "tomlkit": {"settings"},
    "typer": {"cli"},
    "rich": {"cli"},
    "sentencex": {"text"},
    "espeakng_loader": {"sandbox"},
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    """A part imports only what stands below it; the sandbox cannot share the client's bugs."""
    part = part_of(path)
    if part == "__init__":
        assert not imports_of(path)
        return
    leaves = set() if part == "sandbox" else LEAVES
    allowed = ALLOWED[part] | {part} | (leaves if part not in LEAVES else set())
    for name in imports_of(path):
        if name.startswith("qwentts_cli."):
            target = name.split(".")[1]
            assert target in allowed | {"__version__"}, f"{part} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_home(path: Path) -> None:
    """A library's quirks are known to one part of the program."""
    for name in imports_of(path):
        library = name.split(".")[0]
        assert part_of(path) in HOMES.get(library, {part_of(path)}), f"{path} imports {library}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_prints_or_exits(path: Path) -> None:
    """Everything below gives values and raises errors."""
    if part_of(path) in {"cli", "__main__"}:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    # The worker process of eSpeak answers its parent on stdout.
    forbidden = {"print", "sys.exit", "exit", "os._exit"} - ({"sys.exit"} if "worker" in path.name else set())
    assert not called & forbidden


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_weakens_security(path: Path) -> None:
    """No unchecked certificates, no shell, no evaluated text, no predictable temporary file."""
    source = path.read_text(encoding="utf-8")
    for word in (
        "verify=False",
        "CERT_NONE",
        "disable_warnings",
        "shell=True",
        "mktemp(",
        "pickle",
        "os.system",
    ):
        assert word not in source
    called = {
        node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"eval", "exec"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_are_small(path: Path) -> None:
    """A file can be read at one sitting, a function at one glance."""
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert (node.body[-1].end_lineno or 0) - node.body[0].lineno < 40, node.name
