"""Translation between Notiflows' forms and the values of the rooms below."""
