"""Notiflows' workflows, as its command line pulls them or its management API answers."""
