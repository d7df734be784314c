"""Previews and simulations of workflows: the former are made from files alone, the latter of what is stored."""
