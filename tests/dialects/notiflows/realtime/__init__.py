"""Sockets of Notiflows' clients."""
