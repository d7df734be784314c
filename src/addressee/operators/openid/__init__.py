"""Signing in by OpenID Connect: the provider that an installation trusts says whose e-mail address it is."""
