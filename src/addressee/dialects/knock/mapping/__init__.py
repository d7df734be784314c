"""Translation between Knock's forms and the values of the rooms below."""
