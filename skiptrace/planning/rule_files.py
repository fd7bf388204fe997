"""Read a table of rules in TOML into its model; what is wrong is told with file, line and field."""

from __future__ import annotations

import difflib
import json
import textwrap
import tomllib
from typing import TYPE_CHECKING, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from skiptrace.compliance.key_lines import key_lines
from skiptrace.errors import SettingsError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["place_in", "read_rules"]

_Model = TypeVar("_Model", bound=BaseModel)


def read_rules(name: str, contents: bytes, model: type[_Model]) -> _Model:
    r"""Return the rules of a file.

    Raises
    ------
    SettingsError
        If the file is not TOML in UTF-8, or a field is not as the model wants it: the first fault, in one line.

    Examples
    --------
    >>> class Rules(BaseModel, extra="forbid"):
    ...     most: int
    >>> read_rules("my.toml", b"\nmost = []", Rules)
    Traceback (most recent call last):
        ...
    skiptrace.errors.SettingsError: my.toml line 2: most: expected a valid integer
    >>> read_rules("my.toml", b"\nmoss = 3", Rules)
    Traceback (most recent call last):
        ...
    skiptrace.errors.SettingsError: my.toml line 2: moss: unknown field; nearest known: most
    """
    try:
        text = contents.decode("utf-8-sig").replace("\r\n", "\n")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name}: not TOML: {(str(error).splitlines() or ['nested too deeply'])[0]}") from error
    try:
        return model.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        # A field that was mistyped is often missing, too.
        first = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
        raise SettingsError(_told(name, text, first, model)) from error


def place_in(name: str, contents: bytes, *path: str | int) -> str:
    r"""Return where in a file of rules a field stands, or the nearest thing around it: file, line and field.

    Examples
    --------
    >>> place_in("my.toml", b"[[rule]]\ncadence = 'x'\n", "rule", 0, "cadence")
    'my.toml line 2: rule.1.cadence'
    """
    text = contents.decode("utf-8-sig").replace("\r\n", "\n")
    return f"{_line(name, text, path)}: {_dotted(path)}"


def _line(name: str, text: str, path: tuple[str | int, ...]) -> str:
    lines = key_lines(text)
    line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)
    return f"{name} line {line}" if line else name


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _told(name: str, text: str, detail: ErrorDetails, model: type[BaseModel]) -> str:
    where = _dotted(tuple(detail["loc"]))
    match detail["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(str(detail["loc"][-1]), _fields(model, detail["loc"][:-1]), n=1, cutoff=0)
            wrong = "unknown field" + (f"; nearest known: {near[0]}" if near else "")
        case "missing":
            wrong = "field required"
        case "too_short":
            wrong = "expected at least one"
        case _:
            wrong = detail["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
            wrong += _found(detail["input"])
    place = _line(name, text, tuple(detail["loc"]))
    return f"{place}: {where}: {wrong[:1].lower()}{wrong[1:]}" if where else f"{place}: {wrong}"


def _found(value: object) -> str:
    """Return what stands in the file, if it is one word or number."""
    if not isinstance(value, str | int | float):
        return ""
    return f", found {textwrap.shorten(json.dumps(value, ensure_ascii=False), 40, placeholder='…')}"


def _fields(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the fields of the model that is meant by a place in a file; none if there is no saying which."""
    for part in path:
        if isinstance(part, int):
            continue  # which of several
        field = model.model_fields.get(part)
        kinds = () if field is None else (field.annotation, *get_args(field.annotation))
        inner = next((one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)), None)
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)
