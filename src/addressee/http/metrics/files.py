"""Sums the metric files of several processes, in the text format of Prometheus.

The client library takes 20 µs for each line to do so, which is too slow with a line for each operation. Every metric is
a counter, a histogram, or a gauge that is summed over living processes.
"""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from math import inf
from pathlib import Path
from typing import NamedTuple

from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.utils import floatToGoString

NO_BUCKET = -1.0


class Sample(NamedTuple):
    """One line. Samples sort as in the text. `bound` is that of a histogram's bucket, `series` its other labels."""

    family: str
    series: str
    bound: float
    line: str
    help: str

    @property
    def is_bucket(self) -> bool:
        return self.bound >= 0


def render(folder: Path) -> str:
    values, kinds = read(folder)
    samples = sorted((sample_of(key), value) for key, value in values.items())
    return "".join(
        line
        for family, members in groupby(samples, key=lambda each: each[0].family)
        for line in lines_of(family, kinds[family], list(members))
    )


def read(folder: Path) -> tuple[dict[str, float], dict[str, str]]:
    """Returns the sums by the library's keys, and the type of each family."""
    values: dict[str, float] = defaultdict(float)
    kinds: dict[str, str] = {}
    for file in folder.glob("*.db"):
        kind = file.name.partition("_")[0]
        try:
            found = list(MmapedDict.read_all_values_from_file(file))  # type: ignore[no-untyped-call]
        except (FileNotFoundError, struct.error):  # a process has ended meanwhile, or just begun
            continue
        for key, value, _, _ in found:
            values[key] += value
            kinds.setdefault(sample_of(key).family, kind)
    return values, kinds


def lines_of(family: str, kind: str, samples: list[tuple[Sample, float]]) -> Iterator[str]:
    help = samples[0][0].help
    name = f"{family}_total" if kind == "counter" else family
    yield f"# HELP {name} {help}\n# TYPE {name} {kind}\n"
    counted = 0.0
    for sample, value in samples:
        counted = counted + value if sample.is_bucket else 0.0
        yield f"{sample.line} {number(counted if sample.is_bucket else value)}\n"
        if sample.bound == inf:
            yield f"{family}_count{sample.series} {number(counted)}\n"


@cache
def sample_of(key: str) -> Sample:
    """Parses a key of the library. The cache is bounded because series are."""
    family, name, labels, help = json.loads(key)
    series = written({label: value for label, value in labels.items() if label != "le"})
    return Sample(family, series, float(labels.get("le", NO_BUCKET)), name + written(labels), help)


def written(labels: dict[str, str]) -> str:
    pairs = (f'{label}="{escaped(value)}"' for label, value in sorted(labels.items()))
    return "{" + ",".join(pairs) + "}" if labels else ""


def number(value: float) -> str:
    text: str = floatToGoString(value)  # type: ignore[no-untyped-call]
    return text


def escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
