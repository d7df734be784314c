"""Diagrams of workflows as SVG."""
