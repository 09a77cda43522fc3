"""The W3C's tests of SPARQL 1.1, run against the endpoint."""
