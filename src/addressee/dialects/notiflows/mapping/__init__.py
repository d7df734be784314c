"""Translation between the forms of Notiflows and the values of the services."""
