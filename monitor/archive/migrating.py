"""Bring an archive to the tables of this program, and say whether it is whole."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from monitor.archive.engine import ArchiveError, explained, shown, stored_version, version_problem, writing

if TYPE_CHECKING:
    from alembic.config import Config


@dataclass(frozen=True, slots=True)
class Check:
    """What `db check` found: the archive's version and everything that is wrong with it, one line each."""

    version: str | None
    problems: tuple[str, ...]


def migration_config(conn: Connection) -> "Config":
    """Alembic's configuration for the migrations that ship with this program."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "monitor.archive:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    return config


def upgrade(engine: Engine) -> str:
    """Make the tables or bring them up to date, in one transaction; index what is not searchable yet.

    Gives the version reached.

    Raises:
        ArchiveError: the archive was made by a newer program, or is locked or unwritable.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    from monitor.archive.indexing import index_missing

    url = str(engine.url)
    with explained(url):
        found = stored_version(engine)
    with writing(engine) as conn:
        config = migration_config(conn)
        scripts = ScriptDirectory.from_config(config)
        if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
            raise ArchiveError(f"{shown(url)}: {version_problem(found)}")
        command.upgrade(config, "head")
        index_missing(conn)
        return str(scripts.get_current_head())


def check(engine: Engine) -> Check:
    """Whether the archive fits this program and is undamaged.

    Raises:
        ArchiveError: the database cannot be read at all.
    """
    with explained(str(engine.url)):
        version = stored_version(engine)
        problem = version_problem(version)
        if problem:
            return Check(version, (problem,))
        with engine.connect() as conn:
            return Check(version, tuple(_problems(conn)))


def _problems(conn: Connection) -> list[str]:
    problems = []
    if conn.dialect.name == "sqlite":
        damage = conn.execute(text("PRAGMA quick_check(5)")).scalars().all()
        problems += [f"damaged: {line}" for line in damage if line != "ok"]
        for table, *_ in conn.execute(text("PRAGMA foreign_key_check")).all()[:5]:
            problems.append(f"{table}: a row points to nothing")
    unindexed = conn.execute(
        text("SELECT count(*) FROM document WHERE id NOT IN (SELECT document FROM search_text)")
    ).scalar_one()
    if unindexed:
        problems.append(f"{unindexed} documents are not searchable; `utblick db upgrade` indexes them")
    return problems
