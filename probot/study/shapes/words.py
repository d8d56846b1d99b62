"""How does a word of the YAML become a value inside a shape? The typed words that shapes are made of.

The rule: every word arrives as a string and is read by `study.scalars`; JSON Schema tells editors the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainValidator,
    RootModel,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from probot.study import scalars
from probot.study.model import Every, Moment
from probot.study.scalars import MisreadError
from probot.values import LANGUAGES

NOTHING_HERE = "nothing is written here"


def refusal(error: MisreadError) -> PydanticCustomError:
    """The same as pydantic carries it: the code as its type, message and mend beside it."""
    return PydanticCustomError(
        "problem", "problem", {"code": error.code, "message": error.message, "mend": error.mend}
    )


def word(value: object) -> str:
    """A scalar that says something; anything else is refused."""
    if isinstance(value, str):
        if not value.strip():
            raise refusal(MisreadError("PB206", NOTHING_HERE))
        return value.strip()
    what = "a list" if isinstance(value, list) else "a mapping"
    raise refusal(MisreadError("PB205", f"{what} stands where one word or text is needed"))


def read_by(read: Callable[[str], Any]) -> Callable[[object], Any]:
    """A validator that reads a word by `read` and refuses as it does."""

    def validate(value: object) -> Any:
        try:
            return read(word(value))
        except MisreadError as error:
            raise refusal(error) from None

    return validate


def one_of(*allowed: str) -> Callable[[str], str]:
    """Reads one of the words."""

    def read(given: str) -> str:
        if given in allowed:
            return given
        lowered = given.lower().replace("-", "_").replace(" ", "_")
        said = ", ".join(f"`{each}`" for each in allowed)
        mend = f"did you mean `{lowered}`?" if lowered in allowed else f"it is one of {said}."
        raise MisreadError(
            "PB209", f"{scalars.shown(given)} is not one of the words that can stand here", mend
        )

    return read


def one_or_more(schema: dict[str, JsonValue]) -> WithJsonSchema:
    """One entry without brackets, or a list."""
    return WithJsonSchema({"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]})


def whole_between(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a whole number within limits."""
    return lambda given: scalars.whole(given, lowest, highest)


def listed(value: object) -> object:
    """One entry may stand without its brackets."""
    if isinstance(value, str):
        return [value] if value.strip() else value
    return value


_SCALAR: list[JsonValue] = ["string", "number", "boolean"]
_NAME = {"type": "string", "pattern": f"^{scalars.NAME.pattern}$", "maxLength": scalars.LONGEST_NAME}
_CLOCK: dict[str, JsonValue] = {
    "type": "string",
    "pattern": "^[0-2]?[0-9]:[0-5][0-9]$",
    "examples": ["09:00"],
}
_SPAN: dict[str, JsonValue] = {
    "type": "string",
    "pattern": "^[0-2]?[0-9]:[0-5][0-9]\\s*[-–]\\s*[0-2]?[0-9]:[0-5][0-9]$",
    "examples": ["07:00-11:00"],
}
DURATION: dict[str, JsonValue] = {
    "type": "string",
    "pattern": "^[+-]?\\s*[0-9]+\\s*[a-zA-Z]+(\\s*[0-9]+\\s*[a-zA-Z]+)*$",
    "examples": ["30m", "2h", "3d", "2w"],
}

Word = Annotated[str, PlainValidator(word), WithJsonSchema({"type": _SCALAR})]
Name = Annotated[str, PlainValidator(read_by(scalars.name)), WithJsonSchema(_NAME)]
StudyId = Annotated[
    str,
    PlainValidator(read_by(scalars.study_id)),
    WithJsonSchema({"type": "string", "pattern": f"^{scalars.STUDY_ID.pattern}$"}),
]
Reference = Annotated[str, PlainValidator(word), WithJsonSchema({"type": "string"})]
"""A name that is declared elsewhere: any word, because an unknown one is a problem of its own kind."""
ConditionText = Annotated[
    str,
    PlainValidator(word),
    WithJsonSchema({"type": "string", "examples": ["pain_oral >= 7", "site has oral"]}),
]
Flag = Annotated[
    bool,
    PlainValidator(read_by(scalars.boolean)),
    WithJsonSchema({"enum": [True, False, "true", "false", "yes", "no"]}),
]
Clock = Annotated[time, PlainValidator(read_by(scalars.clock)), WithJsonSchema(_CLOCK)]
Span = Annotated[tuple[time, time], PlainValidator(read_by(scalars.span)), WithJsonSchema(_SPAN)]
Duration = Annotated[timedelta, PlainValidator(read_by(scalars.duration)), WithJsonSchema(DURATION)]
Length = Annotated[timedelta, PlainValidator(read_by(scalars.length)), WithJsonSchema(DURATION)]
Later = Annotated[timedelta, PlainValidator(read_by(scalars.not_negative)), WithJsonSchema(DURATION)]
Numbers = Annotated[
    tuple[float, float],
    PlainValidator(read_by(scalars.numbers)),
    WithJsonSchema({"type": "string", "examples": ["0-10", "34.0-43.0"]}),
]
EveryWord = Annotated[
    Every,
    PlainValidator(read_by(scalars.every)),
    WithJsonSchema(
        {
            "type": "string",
            "examples": ["day", "2 days", "week", "week on mon thu", "month", "days [1, 3, 7]", "once"],
        }
    ),
]
MomentWord = Annotated[
    Moment,
    PlainValidator(read_by(scalars.moment)),
    WithJsonSchema(
        {"type": "string", "examples": ["treatment_start", "transplant + 12 months", "end of treatment"]}
    ),
]


def number_schema(lowest: int, highest: int) -> WithJsonSchema:
    """A whole number, written with or without quotes."""
    return WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": lowest, "maximum": highest},
                {"type": "string", "pattern": "^[+-]?[0-9]+$"},
            ]
        }
    )


Names = Annotated[
    list[Reference],
    Field(min_length=1),
    BeforeValidator(listed),
    one_or_more({"type": "string"}),
]
"""One name or a list of them."""


class Shape(BaseModel):
    """What all shapes share: unknown keys are refused, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class TextShape(RootModel[dict[str, Word]]):
    """One text in each language of the study."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "type": "object",
            "additionalProperties": False,
            "properties": {language: {"type": _SCALAR} for language in LANGUAGES},
            "minProperties": 1,
        },
    )
