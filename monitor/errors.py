"""The errors of the application that a person can act on."""


class MonitorError(Exception):
    """Something asked for failed. The message is one line: what is wrong, where, what to do.

    The command line prints it and ends with status 1; a `config.errors.ConfigError` ends with 2.
    """
