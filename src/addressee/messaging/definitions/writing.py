"""Writes YAML as people do."""

from __future__ import annotations

from typing import Any

import yaml


class Dumper(yaml.SafeDumper):
    """A YAML dumper that writes texts of several lines as such."""


def represented(dumper: Dumper, text: str) -> yaml.ScalarNode:
    is_long = "\n" in text.strip("\n") and not any(line.endswith((" ", "\t")) for line in text.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if is_long else None)


Dumper.add_representer(str, represented)


def to_yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
