"""Settings: each has a variable; a wrong one stops the start and names itself."""

import pytest
from msgspec.structs import fields

from engine.errors import SettingsError
from flows.settings import PREFIX, Settings, describe, read_settings


def test_without_variables_every_setting_has_its_default() -> None:
    assert read_settings({"PATH": "/bin"}) == Settings()


def test_a_variable_is_read_as_the_settings_type() -> None:
    told = {"PUNCHCARD_BATCH": "100", "PUNCHCARD_TICK_SECONDS": "0.5", "PUNCHCARD_KAFKA": "k:1"}
    found = read_settings(told)
    assert (found.batch, found.tick_seconds, found.kafka) == (100, 0.5, "k:1")


def test_an_unknown_variable_of_ours_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^PUNCHCARD_BACTH: no such setting"):
        read_settings({"PUNCHCARD_BACTH": "100"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PUNCHCARD_BATCH", "many"),
        ("PUNCHCARD_BATCH", "501"),
        ("PUNCHCARD_PARTITIONS", "0"),
        ("PUNCHCARD_TICK_SECONDS", "-1"),
        ("PUNCHCARD_LOG_TIME", "yesterday"),
        ("PUNCHCARD_METRICS_PORT", "65536"),
    ],
)
def test_a_wrong_value_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({variable: value})
    assert caught.value.where == variable


def test_the_list_has_a_line_with_a_meaning_for_every_setting() -> None:
    rows = describe(Settings())
    assert [name for name, _, _, _ in rows] == [
        PREFIX + field.name.upper() for field in fields(Settings)
    ]
    assert all(meaning for _, _, _, meaning in rows)


def test_the_list_tells_default_and_force_apart() -> None:
    [(_, default, value, _)] = [
        row for row in describe(Settings(batch=100)) if row[0] == "PUNCHCARD_BATCH"
    ]
    assert (default, value) == ("500", "100")
