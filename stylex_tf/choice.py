"""Lets a setting be one of some named ways: the base of every enumeration."""

import enum


class Choice(str, enum.Enum):
    """One of a few names; a config writes the name, as a plain string."""

    @classmethod
    def _missing_(cls, value: object) -> "Choice":
        raise ValueError(
            f"{cls.__name__.lower()} is {value!r}; expected one of "
            f"{', '.join(cls.names())}"
        )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Lists the names as a config writes them."""
        return tuple(member.value for member in cls)

    def __str__(self) -> str:
        """Returns the name as a config writes it."""
        return self.value

    def __format__(self, format_spec: str) -> str:
        """Returns the name, formatted."""
        return self.value.__format__(format_spec)
