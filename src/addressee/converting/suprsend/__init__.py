"""SuprSend's workflow files and templates."""
