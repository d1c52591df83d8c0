"""What every section of a config has in common, and the field types that several of them share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

_FUNCTION_PATTERN = r"^[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*$"

PositiveInt = Annotated[int, Field(ge=1)]
NonNegativeInt = Annotated[int, Field(ge=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
NonNegativeFloat = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]
# YAML has lists only; the tuple keeps a frozen config frozen.
PositiveInts = Annotated[tuple[PositiveInt, ...], Field(strict=False)]
FunctionName = Annotated[
    str,
    Field(
        pattern=_FUNCTION_PATTERN,
        json_schema_extra={"errorMessage": 'of the form "package.module:function"'},
    ),
]
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Conflict:
    """Values that are right alone and cannot be right together.

    Args:
        path: tuple of str and int, the key to report, from the root of the config.
        must_be: str, what it must be, and why.
        received: the value of that key.
        involved: tuple of paths, the other keys that the conflict depends on.
    """

    path: tuple[str | int, ...]
    must_be: str
    received: Any
    involved: tuple[tuple[str | int, ...], ...] = ()

    def __str__(self) -> str:
        key = ".".join(map(str, self.path))
        return f"`{key}` must be {self.must_be}. Received: {key}={self.received!r}"


class Section(BaseModel):
    """A closed, frozen, strict model: no unknown key, no change, no conversion (but int to float)."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    def conflicts(self) -> Iterator[Conflict]:
        """Yields the values of this section that cannot be right together."""
        return iter(())

    @model_validator(mode="after")
    def _check_conflicts(self, info: ValidationInfo) -> Self:
        conflicts = list(self.conflicts())
        if isinstance(info.context, list):
            # The loader collects conflicts beside the mistakes of single values, to report all of them at once.
            info.context.extend(conflicts)
        elif conflicts:
            raise PydanticCustomError("conflict", "{text}", {"text": "; ".join(map(str, conflicts))})
        return self
