"""Converts workflow files of other vendors to a folder that `addressee push` takes."""
