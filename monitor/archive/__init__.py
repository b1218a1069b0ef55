"""The archive: tables, migrations, repositories. The only room that knows SQLAlchemy tables."""
