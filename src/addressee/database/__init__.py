"""The database room: connections, the embedded server, migrations, background jobs."""
