"""Audiences that files define: their form, who is a member of them, where they are stored."""
