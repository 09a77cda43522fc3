"""A store on a server: any that speaks the SPARQL 1.1 Protocol, by its URL.

    addresses   from a URL to the addresses of queries, updates and graphs
    client      HTTP, and what can go wrong with it
    binding     terms in the place of variables, in the text of a query
    dataset     the interface of the embedded store over all that
    manifest    what a build knows of the store, kept there as triples
    reader      the current state, for commands and pages
    lock        one build at a time
    publish     a build: made here in a copy, what has changed is sent

docs/scale.md tells when to use which server, and where they differ.
"""

from resograph.remote.addresses import is_url as is_url
from resograph.remote.client import open_client as open_client
from resograph.remote.dataset import RemoteDataset as RemoteDataset
from resograph.remote.reader import RemoteReader as RemoteReader
