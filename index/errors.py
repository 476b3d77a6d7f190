"""The one error that people see: what happened, where, and what to do next."""


class AnalystError(Exception):
    """A failure that a person can act on. The command line prints it and exits with code 1.

    ``what`` is a full sentence; ``where`` names the file, row, user or model; ``todo`` says what to do next.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        place = f" ({where})" if where else ""
        text = what.rstrip(".") + place + "."
        super().__init__(f"{text} {todo}".strip())
