"""Telling endpoints what happened: in order, signed, again after failures."""
