"""The PostgreSQL server that a data folder brings along."""
