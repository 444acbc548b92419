"""Small breaks of a Python file: each is one that a slip of the hand could make."""

from __future__ import annotations

import ast
import copy
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLIPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
# What runs on another system, or only for a type checker.
_OTHER_WORLDS = {"sys.platform == 'win32'", "os.name == 'nt'", "TYPE_CHECKING"}
if sys.version_info < (3, 12):
    _OTHER_WORLDS.add("sys.version_info >= (3, 12)")
# What another system or another Python has; there is no seeing here which of two breaks of it is one.
_OF_THE_WORLD = ("getattr(os, ", "sys.version_info ", "sys.platform ", "os.name ")


class Break(NamedTuple):
    """`old`, which stands in `line` of a source and from byte `start` to `end` of it, becomes `new`."""

    line: int
    start: int
    end: int
    old: str
    new: str

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]


def breaks_of(source: bytes) -> list[Break]:
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    return finder.found


class _Finder(ast.NodeVisitor):
    def __init__(self, source: bytes) -> None:
        self.found: list[Break] = []
        self._source = source
        lines = source.splitlines(keepends=True)
        self._begins = [sum(map(len, lines[:number])) for number in range(len(lines))]

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.Call | ast.Compare) and ast.unparse(node).startswith(_OF_THE_WORLD):
            return
        if isinstance(node, ast.expr | ast.stmt):
            for new in _broken(node):
                self._add(node, new)
        super().generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) not in _OTHER_WORLDS:
            self.generic_visit(node)
            return
        for other in node.orelse:
            self.visit(other)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Not its annotations and decorators."""
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(default)
        for statement in node.body:
            self.visit(statement)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Not that it is frozen and the like, which a type checker holds."""
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Python 3.11 does not know the places of what is in it."""

    def _add(self, node: ast.expr | ast.stmt, new: str) -> None:
        start = self._begins[node.lineno - 1] + node.col_offset
        end = self._begins[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        self.found.append(Break(node.lineno, start, end, self._source[start:end].decode(), new))


def _broken(node: ast.AST) -> Iterator[str]:
    """What could stand in the place of a node, as source text."""
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                flipped = copy.deepcopy(node)
                flipped.ops[index] = _FLIPS[type(op)]()
                yield f"({ast.unparse(flipped)})"
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"({ast.unparse(ast.BoolOp(other, values))})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield str(value + 1)
            yield f"({value - 1})"
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield "pass"
        # In place of "False" it changes nothing; that is made "True" above.
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) not in {"None", "False"}:
            yield "return None"
