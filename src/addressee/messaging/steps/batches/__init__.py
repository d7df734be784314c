"""Batch and digest steps: runs of one recipient are collected, and one of them goes on for all."""
