"""Previews: the messages of a workflow, made from files alone, without a database."""
