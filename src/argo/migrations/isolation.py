"""How a migration shuts a table: row-level security for persons, narrow grants for the rest.

Six roles that cannot log in, own nothing and bypass nothing: `argo_person` (a person's own
rows), `argo_sign_in` (functions that take a hash), `argo_house` (content-free tables),
`argo_gate` (owns the sign-in functions), `argo_searcher` (owns the function of search),
`argo_meter` (owns the quota's decision, sees counts and limits). The service's login role may only
take the first three, one transaction at a time (docs/decisions/0003-database-contexts.md).
"""

from __future__ import annotations

from alembic import op

_OWN_ROWS = "institution_id = (SELECT argo_institution()) AND owner_id = (SELECT argo_owner())"


def person_table(table: str, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Shut `table` for everybody, then open to each person the rows that are theirs."""
    _shut(table)
    op.execute(
        f"CREATE POLICY {table}_of_person ON {table} TO argo_person "
        f"USING ({_OWN_ROWS}) WITH CHECK ({_OWN_ROWS})"
    )
    op.execute(f"GRANT {grants} ON {table} TO argo_person")


def house_reads(table: str, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Open `table`, which must hold no content, to the house's work over all persons.

    `grants` may name columns: "SELECT (id, created_at)".
    """
    _shut(table)
    op.execute(
        f"CREATE POLICY {table}_of_house ON {table} TO argo_house USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT {grants} ON {table} TO argo_house")


def gate_reads(table: str, grants: str) -> None:
    """Open `table` to the functions of sign-in, and to nothing else of sign-in."""
    _shut(table)
    op.execute(
        f"CREATE POLICY {table}_of_gate ON {table} TO argo_gate USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT {grants} ON {table} TO argo_gate")


def gate_function(signature: str, body: str, language: str = "sql") -> None:
    """Make the function `signature` ("name(a bytea) RETURNS TABLE (…)") with an SQL `body`.

    It runs with the rights of `argo_gate`; `argo_sign_in` alone may call it.
    """
    name = signature.split(" RETURNS", 1)[0]
    op.execute(
        f"CREATE FUNCTION {signature} LANGUAGE {language} VOLATILE SECURITY DEFINER "
        f"SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$"
    )
    arguments = name[name.index("(") :]
    bare = name[: name.index("(")]
    types = ", ".join(part.split()[-1] for part in arguments.strip("()").split(",") if part.strip())
    op.execute(f"REVOKE ALL ON FUNCTION {bare}({types}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {bare}({types}) TO argo_sign_in")
    op.execute(f"ALTER FUNCTION {bare}({types}) OWNER TO argo_gate")


def search_reads(table: str, grants: str) -> None:
    """Open the columns of `table` that search compares to its function alone."""
    op.execute(
        "DO $$ BEGIN CREATE ROLE argo_searcher NOLOGIN NOINHERIT; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    op.execute("GRANT argo_searcher TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")
    op.execute("GRANT USAGE, CREATE ON SCHEMA public TO argo_searcher")
    op.execute(f"CREATE POLICY {table}_of_search ON {table} TO argo_searcher USING (true)")
    op.execute(f"GRANT {grants} ON {table} TO argo_searcher")


def search_function(signature: str, body: str, *, language: str = "sql") -> None:
    """Make the function `signature` with a `body` of SQL or PL/pgSQL that keeps to the context's owner itself.

    Row-level security would test whose a row is before the text index may be asked (its
    operators are not leakproof), and read all of a person's rows for each search. So the
    function runs with the rights of `argo_searcher`; `argo_person` alone may call it.
    """
    op.execute(
        f"CREATE FUNCTION {signature} LANGUAGE {language} STABLE SECURITY DEFINER "
        f"SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$"
    )
    name = signature[: signature.index("(")]
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO argo_person")
    op.execute(f"ALTER FUNCTION {name} OWNER TO argo_searcher")


def _shut(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
