"""Test runs: what a workflow would send to somebody, as it would look."""
