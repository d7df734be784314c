"""What steps ask of the database and of others: a module for each kind of request, for all runs of a page."""
