"""What changed between two editions, clause by clause.

    edition(...)            -> Edition      two sources fill it: a text just read, the graph of an expression      sources
    compare(old, new)       -> Alignment    which clause became which, and what changed in it                      compare
        align(...)                          which clause became which                                              align
        edits(...)                          which words were dropped and added                                     words
    as_text, as_json, as_html, as_docx, triples                                                                    forms

Everything between the sources and the forms is a pure function between the frozen dataclasses of ``model``.
"""
