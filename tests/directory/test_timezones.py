"""The names of time zones are the IANA list, independent of the machine's own files."""

from zoneinfo import ZoneInfo

import pytest

from addressee.directory.attributes import checked
from addressee.directory.errors import RefusedError
from addressee.directory.formats import check_format
from addressee.directory.timezones import is_timezone, names
from addressee.timing.zones import zone_of


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Berlin",
        "Asia/Kolkata",
        "Asia/Calcutta",
        "US/Pacific",
        "America/Argentina/Buenos_Aires",
        "UTC",
        "Etc/GMT+5",
    ],
)
def test_names_of_the_list_and_their_aliases_are_time_zones(name: str) -> None:
    assert is_timezone(name)
    assert checked({"timezone": name}) == {"timezone": name}
    assert zone_of(name) == ZoneInfo(name)


@pytest.mark.parametrize(
    "name",
    [
        "Factory",
        "localtime",
        "posixrules",
        "posix/Europe/Berlin",
        "right/UTC",
        "Europe",
        "europe/berlin",
        "tzdata.zi",
        "zone.tab",
        "../etc/localtime",
        "",
    ],
)
def test_nothing_else_is_one_even_where_the_machine_has_a_file_of_that_name(name: str) -> None:
    assert not is_timezone(name)
    with pytest.raises(RefusedError, match="IANA time zone database"):
        checked({"timezone": name})
    with pytest.raises(RefusedError):
        check_format("timezone", name, "timezone")
    assert zone_of(name) == ZoneInfo("Etc/UTC")


def test_every_name_has_rules() -> None:
    assert {name for name in names() if ZoneInfo(name).key != name} == set()
