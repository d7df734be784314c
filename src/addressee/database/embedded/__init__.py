"""The embedded PostgreSQL server, whose data lie in the data folder."""
