"""Translation between Knock's forms and the values that the services take and return."""
