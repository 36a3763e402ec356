"""A subject's store and tables are its own; others ask its service."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from tests.house.source import Finding, Source, nodes, none_in, python

PRIVATE = ("store", "tables")

STATEMENT = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:ONLY\s+)?(\w+)", re.IGNORECASE)

IMPORT_EXCUSES = {
    "src/argo/schema.py": "lists every subject's tables for the migrations",
    "src/argo/accounts/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/charter/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/completions/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/conversations/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/documents/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/journal/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/privacy/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/projects/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/knowledge/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/quotas/tables.py::argo.storage.tables": "the columns that every table has",
    "src/argo/usage/tables.py::argo.storage.tables": "the columns that every table has",
}

TABLE_EXCUSES: dict[str, str] = {
    "src/argo/charter/store.py::institutions": "an institution's charters change one at a time: its row is held",
    "src/argo/knowledge/compared.py::passages": "knowledge counts and embeds what documents cut, in one statement each",
    "src/argo/extraction/passages.py::passages": "its first sentence, which is no SQL",
}


def foreign_rooms(source: Source) -> Iterator[Finding]:
    """Refuse reaching into another subject's store or tables."""
    own = subject(source)
    for node in nodes(source.tree):
        for module in _imported(node):
            match module.split("."):
                case ["argo", other, room, *_] if room in PRIVATE and other != own:
                    yield Finding(
                        f"{source.path}::argo.{other}.{room}", f"the {room} is {other}'s own"
                    )


def foreign_tables(source: Source, owners: Mapping[str, str]) -> Iterator[Finding]:
    """Refuse SQL on another subject's tables; `owners` says whose a table is."""
    for node in nodes(source.tree):
        match node:
            case ast.Constant(value=str(text)):
                for table in STATEMENT.findall(text):
                    owner = owners.get(table.lower(), subject(source))
                    if owner != subject(source):
                        yield Finding(f"{source.path}::{table}", f"the table is {owner}'s own")


def owners_of_tables(sources: Iterable[Source]) -> dict[str, str]:
    """Return each table's subject, from the subjects' `tables.py`."""
    owners = {}
    for source in sources:
        for node in nodes(source.tree):
            match node:
                case ast.Call(
                    func=ast.Name(id="Table") | ast.Attribute(attr="Table"),
                    args=[ast.Constant(value=str(table)), *_],
                ):
                    owners[table] = subject(source)
    return owners


def subject(source: Source) -> str:
    """Return the folder under `src/argo` that a file lies in."""
    return source.path.split("/")[2]


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [each.name for each in names]
        case ast.ImportFrom(module=str(module), names=names, level=0):
            return [f"{module}.{each.name}" for each in names]
    return []


def test_nobody_reaches_into_anothers_store_or_tables() -> None:
    none_in((found for each in python("src/argo") for found in foreign_rooms(each)), IMPORT_EXCUSES)


def test_sql_reads_and_writes_its_own_subjects_tables() -> None:
    files = [each for each in python("src/argo") if subject(each) != "migrations"]
    owners = owners_of_tables(each for each in files if each.name == "tables")
    assert {"users", "messages"} <= owners.keys()
    none_in((found for each in files for found in foreign_tables(each, owners)), TABLE_EXCUSES)


def test_a_foreign_room_is_seen() -> None:
    for line in (
        "from argo.accounts import store",
        "from argo.accounts.store import user",
        "import argo.accounts.tables",
    ):
        assert list(foreign_rooms(Source("src/argo/quotas/service.py", line)))
        assert not list(foreign_rooms(Source("src/argo/accounts/service.py", line)))


def test_a_foreign_table_is_seen() -> None:
    tables = Source("src/argo/accounts/tables.py", "users = Table('users', metadata)")
    owners = owners_of_tables([tables])
    assert owners == {"users": "accounts"}
    line = "x = 'SELECT 1 FROM usage JOIN users ON true'"
    assert list(foreign_tables(Source("src/argo/usage/store.py", line), owners))
    assert not list(foreign_tables(Source("src/argo/accounts/store.py", line), owners))
