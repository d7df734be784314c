"""The kind of key that the management API takes."""

from addressee.api.operation import Keys

SERVICE: Keys = frozenset({"service"})
