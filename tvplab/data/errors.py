"""The one error of downloading."""


class FetchError(RuntimeError):
    """A data set could not be fetched; the message is one line and says why.  No file was changed."""
