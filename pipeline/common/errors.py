"""The one error a user is meant to read."""


class InputError(ValueError):
    """Something the user gave can't be used.

    The message is one line that says what was found and what to do. The command line prints it
    and exits with code 2; the app shows it in a box. Anything else that is raised is a fault of
    the program and is logged with its traceback, never shown.
    """
