"""Requests and responses of SuprSend's operations, a module for each area (suprsend.md §2)."""
