"""Sockets of Notiflows' clients: a guess, which is off unless an environment turns it on (realtime-notiflows.md §4)."""
