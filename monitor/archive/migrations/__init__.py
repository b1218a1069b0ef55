"""The steps by which an archive came to its tables (Alembic), shipped with the program."""
