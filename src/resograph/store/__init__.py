"""The embedded store on disk, in generations: readers keep the one they have open while a build prepares the next.

    store/CURRENT                               names the generation that answers
    store/generations/000007/graph/             the Oxigraph store
    store/generations/000007/text.sqlite        the full text of its clauses (SQLite FTS5)
    store/generations/000007/manifest.json      format, and for each source file what it was and which graphs it made
    store/lock                                  held by the one who writes

Whoever writes copies the current generation by hard links, changes the copy, and renames the pointer at the end: a build that
is killed leaves nothing but a folder that the next one sweeps away.  Only the current generation and the one before it stay.
"""

from resograph.store.manifest import FORMAT, Entry, Manifest
from resograph.store.place import default_folder, folder_of
from resograph.store.reader import Reader
from resograph.store.writer import Writer, writing

__all__ = ["FORMAT", "Entry", "Manifest", "Reader", "Writer", "default_folder", "folder_of", "writing"]
