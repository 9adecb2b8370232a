"""What a study may say of its times."""

import pytest

from helpers.config import ConfigError
from helpers.config.times import EPOCHS, ORDERS, check_format, check_zone


@pytest.mark.parametrize(
    "written", [*ORDERS, *EPOCHS, "%d.%m.%Y", "%F %T", "%-m/%-d/%y %I:%M %p", "%b %d, %Y %H:%M:%S.%f %z", "%Y%m%d"]
)
def test_words_and_codes_are_taken(written):
    check_format(written)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("dayfirst", "did you mean 'day_first'"), ("dd.mm.yyyy", "codes as in"), ("%d.%m", "year, month and day"), ("%Y-%m-%d %Q", "%Q"),
        ("%Y-%m-%d %m", "each part once"), ("%d.%m.%Y %I:%M", "%I and %p together"), ("%d.%m.%Y %H:%M %p", "%I and %p together"), ("%Y-%j", "%j"),
        ("%Y-%m-%d %M:%M", "each part once"), ("%d.%m.%Y %", "got %"),
    ],
)  # fmt: skip
def test_what_tells_no_day_is_refused(written, told):
    with pytest.raises(ConfigError) as caught:
        check_format(written)
    assert told in f"{caught.value} {caught.value.remedy}"


def test_a_zone_is_one_that_means_the_same_everywhere():
    for zone in ("UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"):
        check_zone(zone)
    for zone in ("CET+1", "Europe/Berln", "localtime", "posix/UTC"):
        with pytest.raises(ConfigError):
            check_zone(zone)
