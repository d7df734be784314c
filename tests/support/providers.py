"""Providers by name, for tests."""

from __future__ import annotations

from addressee.channels.provider import ChannelType, Provider
from addressee.channels.providers import PROVIDERS, providers_of


def provider_named(name: str) -> Provider:
    """Returns the first provider of a name, which several types of channel may share."""
    return next(provider for provider in PROVIDERS.values() if provider.name == name)


def names_of(type: ChannelType) -> str:
    """Returns the providers of a type of channel as problems of files name them."""
    return " or ".join(provider.name for provider in providers_of(type))
