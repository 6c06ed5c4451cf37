"""Every row of every table of an SQLite database, a line each, with the name of its table before it."""

import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
database.text_factory = lambda text: text.decode("utf-8", "replace")
tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
for table in tables:
    for row in database.execute(f'SELECT * FROM "{table}"'):
        values = (one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in row)
        print(f"{table}: {' | '.join(values)!r}")
