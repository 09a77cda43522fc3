"""What can go wrong, as one tree; the message is the one line that a person reads.

    ResographError
    +-- UnreadableError     the file cannot be read as a document (missing, empty, encrypted, damaged, of another kind)
    +-- NoRecordError       the file can be read and holds no resolution
    +-- BadKeyError         a string that is no key of this project
    +-- RuleError           a rule table, vocabulary or question file is wrong
    +-- QuestionError       a named question does not exist, or a parameter is missing or unknown
    +-- QueryError          a SPARQL query is wrong, or asks for something that is not served
    |   +-- RefusedError        it asks for an address to be fetched, which is never done
    +-- StoreError          the store is missing, busy, or of another version
    +-- OutputError         what was to be written cannot be

Each message says what is wrong and what to do.  The command line prints it and exits with 2.
"""


class ResographError(Exception):
    """Anything that the user can mend; ``str(error)`` is one line."""


def defect(file: object, error: Exception) -> str:
    """The line for a *file* on which the program itself failed."""
    return f"{file}: could not be read ({type(error).__name__}: {' '.join(str(error).split())}); please report it"


class UnreadableError(ResographError):
    """The file cannot be read as a document."""


class NoRecordError(ResographError):
    """The file can be read, and no resolution was found in it."""


class BadKeyError(ResographError, ValueError):
    """A string that is no key."""


class RuleError(ResographError):
    """A data file of the project (rules, vocabulary, question) is wrong."""


class QuestionError(ResographError):
    """A named question is unknown, or its parameters do not fit.

    ``kind`` tells programs which: unknown-question, unknown-parameter, missing-parameter, repeated-parameter, bad-value,
    ambiguous-value; "" where the question itself failed.  ``parameter`` is the one at fault, ``choices`` the values to choose from.
    """

    def __init__(self, message: str, kind: str = "", *, parameter: str = "", choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.parameter = parameter
        self.choices = choices


class QueryError(ResographError):
    """A query that cannot be answered: wrong syntax, or something that is never served."""


class RefusedError(QueryError):
    """A query or update that would make the program fetch an address or read a file."""


class StoreError(ResographError):
    """The store is missing, in use, or of another version."""


class OutputError(ResographError):
    """A file cannot be written."""
