"""Errors whose message is for the user."""


class InputError(ValueError):
    """An input of the user that can't be used: a file, an argument, a setting.

    The message is one line that says what was found and what to do. The command line prints it
    and exits with code 2; the app shows it in a box. Any other exception is a fault of the program:
    it is logged with its traceback and not shown.
    """
