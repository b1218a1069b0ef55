"""The one error of this package."""


class ConfigError(Exception):
    """Configuration that cannot be used.

    The message is one line and names the file, the line where it is known, the field and what to do.
    """
