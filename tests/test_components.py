"""The annotators as spaCy components that anybody can add to a pipeline."""

from __future__ import annotations

import spacy


def test_the_components_are_found_by_their_names() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("resograph_citations", config={"body": "wtsa"})
    nlp.add_pipe("resograph_actors", config={"body": "wtsa"})
    nlp.add_pipe("resograph_terms")
    doc = nlp("The Director acts under Resolution 944 (Rev. New Delhi, 2024) of this assembly through the Model Coordination Group (MCG).")
    spans = {group: [(span.text, span.kb_id_) for span in doc.spans[group]] for group in doc.spans}
    assert spans["citations"] == [("Resolution 944 (Rev. New Delhi, 2024) of this assembly", "wtsa/resolution/944/2024")]
    assert ("Director", "tsb-director") in spans["actors"]
    assert spans["terms"] == [("MCG", "MCG")]
