"""TOML written for tests."""

import json
from collections.abc import Mapping
from typing import Any


def value(told: Any) -> str:
    """A value on one line: JSON's spelling wherever TOML shares it."""
    match told:
        case list():
            return f"[{', '.join(map(value, told))}]"
        case dict():
            return (
                "{" + ", ".join(f"{key(name)} = {value(each)}" for name, each in told.items()) + "}"
            )
        case float():
            return repr(told)
    return json.dumps(told, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """A key, in quotes where it needs them and where it does not."""
    return value(name)


def document(told: Mapping[str, Any]) -> str:
    """A line for each key."""
    return "\n".join(f"{key(name)} = {value(each)}" for name, each in told.items())
