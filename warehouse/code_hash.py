"""What a result's code is: a module and the project modules that it imports, hashed."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PROJECT = ("schemas", "tasks", "warehouse", "flows", "deployments")


@cache
def _source(module: str) -> tuple[bytes, str] | None:
    """The module's bytes and its package; null for what is no project module."""
    if module.split(".", maxsplit=1)[0] not in PROJECT:
        return None
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).read_bytes(), module


@cache
def _imports(module: str) -> frozenset[str]:
    found = _source(module)
    if found is None:
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(ast.parse(found[0])):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(name for name in names if _source(name) is not None)


@cache
def module_digest(module: str) -> str:
    """Digest of the module's source and of all project modules that it reaches by imports."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _imports(name)
    digest = hashlib.sha256()
    for name in sorted(seen):
        source = _source(name)
        if source is not None:
            digest.update(name.encode() + b"\0" + source[0] + b"\0")
    return digest.hexdigest()


@cache
def project_digest() -> str:
    """Digest of everything that can change a result or its report: declarations, science, engine, SQL, templates."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in ("schemas", "tasks", "warehouse"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".sql", ".j2", ".css", ".js"}:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def versions(libraries: tuple[str, ...]) -> dict[str, str]:
    """Installed versions of the named distributions."""
    return {name: version(name) for name in sorted(libraries)}
