# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Let the documentation show the comments that stand behind the fields of a class.

An extension of Griffe, which reads the sources for `make docs` and knows docstrings alone.
"""

import ast
import io
import tokenize
from functools import lru_cache
from pathlib import Path
from typing import Any

import griffe


class FieldComments(griffe.Extension):
    """Adds an `Attributes:` section to the docstring of each class with such comments."""

    def on_class_members(
        self, *, node: ast.AST | griffe.ObjectNode, cls: griffe.Class, **_: Any
    ) -> None:
        """Add the section when the fields of a class are known."""
        path = cls.filepath
        if (
            cls.docstring is None
            or not isinstance(path, Path)
            or not isinstance(node, ast.ClassDef)
        ):
            return
        fields = {
            each.id
            for statement in node.body
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            for each in ast.walk(statement)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        }
        rows = [
            f'    {field.name}: {said}'
            for field in cls.attributes.values()
            if field.docstring is None
            and field.name in fields
            and not field.name.startswith('_')
            and field.endlineno is not None
            and (said := comment(path, field.lineno or field.endlineno, field.endlineno))
        ]
        if rows:
            cls.docstring.value += '\n\nAttributes:\n' + '\n'.join(rows)


def comment(path: Path, first: int, last: int) -> str:
    """Return the comment behind a field that spans these lines; it may go on below."""
    found, alone = comments(path)
    while last + 1 in alone:
        last += 1
    return ' '.join(found[line] for line in range(first, last + 1) if line in found)


@lru_cache
def comments(path: Path) -> tuple[dict[int, str], set[int]]:
    """Return the comments of a file by line, and the lines that hold nothing else."""
    source = path.read_text(encoding='utf-8')
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    found = {t.start[0]: t.string.lstrip('# ') for t in tokens if t.type == tokenize.COMMENT}
    lines = source.splitlines()
    return found, {line for line in found if lines[line - 1].lstrip().startswith('#')}
