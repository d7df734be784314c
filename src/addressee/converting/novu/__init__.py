"""Novu's workflows, as its API has them."""
