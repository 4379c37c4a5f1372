"""Errors that a person can act on: one line that names file, column, row, value and the likely cause."""


class CsatError(Exception):
    """Base of every error whose message is meant for the analyst; the command line prints it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook's cell shows in place of a traceback (IPython asks an exception for this)."""
        return [f"csat: {self}"]


class PeriodError(CsatError):
    """A period that can't be read or that has no data."""


class ProgrammeError(CsatError):
    """A survey.yml that can't be used."""


class IntakeError(CsatError):
    """A raw file that can't be used."""


class DrawError(CsatError):
    """A sample that can't be drawn as survey.yml says."""


class EstimateError(CsatError):
    """An estimate that was asked for what its data can't give."""


class ResultError(CsatError):
    """A result that is recorded twice, unknown, or of the wrong unit."""


class RunError(CsatError):
    """A run that can't start or that failed."""


class WarmProcessEnded(RunError):
    """The process that warm kernels are forked from ended under a notebook, which may be run again."""


class NotebookFailed(RunError):
    """A notebook that stopped with an error: notebook, cell, what was wrong; `explained` where that was meant for a person."""

    def __init__(self, message: str, *, explained: bool) -> None:
        super().__init__(message)
        self.explained = explained
