"""The routes of the Notiflows API, a module for each resource."""
