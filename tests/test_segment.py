"""Segmenting: the parts of the contract, and every character in exactly one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import documents
from hypothesis import given, settings
from hypothesis import strategies as st

from resograph.model import Outline
from resograph.read import read, read_bytes
from resograph.segment import segment
from resograph.split import split


def outlines(text: str) -> list[Outline]:
    return [segment(record) for record in split(read_bytes(text.encode(), "test.txt"))]


def spans(outline: Outline) -> list[tuple[int, int]]:
    things = [x.span for x in outline.sections] + [x.span for x in outline.clauses] + [x.span for x in outline.footnotes]
    return [*things, *(x.span for x in outline.blocks)]


HEAD = "RESOLUTION 9999 (Rev. Sampleton, 2001)\nA title\nThe Plenipotentiary Conference of the International Telecommunication Union (Sampleton, 2001),\n"


def parts(body: str) -> list[str]:
    (outline,) = outlines(HEAD + body)
    return [clause.part for clause in outline.clauses]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_character_stands_in_exactly_one_part(path: Path) -> None:
    source = read(path)
    found = [segment(record) for record in split(source)]
    if not found:
        pytest.skip("holds no record")
    count = bytearray(len(source.text))
    for outline in found:
        for start, end in spans(outline):
            for i in range(start, end):
                count[i] += 1
    wrong = [i for i, character in enumerate(source.text) if count[i] != 1 and not character.isspace()]
    assert not wrong, (count[wrong[0]], source.text[max(0, wrong[0] - 30) : wrong[0] + 30])


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_no_two_parts_of_an_edition_share_a_key(path: Path) -> None:
    for record in split(read(path)):
        outline = segment(record)
        own = [clause.part for clause in outline.clauses] + [note.part for note in outline.footnotes]
        assert len(own) == len(set(own))


def test_the_header_says_what_the_edition_is() -> None:
    (outline,) = outlines(
        "RESOLUTION 9018 (Rev. Model City, 2010)\nA title that goes\nover two lines\n(Sampleton, 1999; Port\u00a0Specimen, 2004; \nModel City, 2010)\n"
        "The World Telecommunication Standardization Assembly (Model City, 2010),\nresolves\nto go on.\n"
    )
    assert (str(outline.key), outline.place, outline.revised, outline.title) == (
        "wtsa/resolution/9018/2010",
        "Model City",
        True,
        "A title that goes over two lines",
    )
    assert [(a.place.replace("\u00a0", " "), a.year) for a in outline.history] == [
        ("Sampleton", 1999),
        ("Port Specimen", 2004),
        ("Model City", 2010),
    ]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("RESOLUTION ITU-R 9052-3\nTitle\n(1995-1997-2000-2003)\nThe ITU Radiocommunication Assembly,", "ra/resolution/9052/2003"),
        ("RESOLUTION 928 (REV.WRC-15)\nTitle\nThe World Radiocommunication Conference (Geneva, 2015),", "wrc/resolution/928/2015"),
        ("DECISION 982 (C01, last amended C20)\nTitle\nThe Council,", "council/decision/982/2020"),
        (
            "RESOLUTION [COM5/94] (Sampleton, 1998)\nTitle\nThe Plenipotentiary Conference of the International Telecommunication Union (Sampleton, 1998),",
            "pp/resolution/com5-94/1998",
        ),
        (
            "MOD RESOLUTION 930 (Rev.Sampleton, 2006)\nTitle\nThe World Telecommunication Development Conference (Sampleton, 2006),",
            "wtdc/resolution/930/2006",
        ),
    ],
)
def test_the_number_lines_of_every_body_are_read(header: str, key: str) -> None:
    (outline,) = outlines(header + "\nresolves\nto go on.\n")
    assert str(outline.key) == key


def test_markers_nest_by_their_kinds() -> None:
    assert parts("resolves\n1\tthat:\ni)\tone;\nii)\ttwo;\n2\tto go on;\n2bis\tto stay,\n") == [
        "resolves/1",
        "resolves/1/i",
        "resolves/1/ii",
        "resolves/2",
        "resolves/2bis",
    ]


def test_the_letter_i_after_h_is_no_numeral() -> None:
    letters = "".join(f"{letter})\titem;\n" for letter in "abcdefghij")
    assert parts("considering\n" + letters)[-2:] == ["considering/i", "considering/j"]


def test_a_decimal_marker_hangs_directly_under_its_section() -> None:
    assert parts("decides\n1\tone:\n1.1\tx;\ni)\ty;\n1.2\tz;\n2\ttwo.\n") == [
        "decides/1",
        "decides/1.1",
        "decides/1.1/i",
        "decides/1.2",
        "decides/2",
    ]


def test_the_only_text_of_a_section_is_the_section_itself() -> None:
    assert parts("noting\nthat it rains,\nresolves\nto stay:\n1\tdry;\n2\twarm;\nand to wait.\n") == [
        "noting",
        "resolves/p1",
        "resolves/1",
        "resolves/2",
        "resolves/p2",
    ]


def test_a_repeated_heading_is_counted_whatever_its_addressee() -> None:
    (outline,) = outlines(
        HEAD + "instructs the Secretary-General\nto go,\ninstructs the Director of TSB\nto stay,\nfurther instructs the Council\nto sit.\n"
    )
    assert [section.part for section in outline.sections] == ["instructs", "instructs-2", "further-instructs"]


def test_items_run_together_on_one_line_are_split() -> None:
    assert parts("decides\n9\tthat one; 10 that two; 11 that three;\n12\tthat the Council shall: - keep; and - mend.\n") == [
        "decides/9",
        "decides/10",
        "decides/11",
        "decides/12",
        "decides/12/dash-1",
        "decides/12/dash-2",
    ]


def test_headings_that_ran_into_a_clause_are_found() -> None:
    (outline,) = outlines(
        HEAD
        + "considering\na)\tthe needs, noting with appreciation\na)\tthe help,\nresolves\n1\tto act, invites Member States and Sector Members to take part, invites the Council to look.\n"
    )
    assert [section.part for section in outline.sections] == ["considering", "noting-with-appreciation", "resolves", "invites", "invites-2"]
    assert [clause.part for clause in outline.clauses][-2:] == ["invites", "invites-2"]


def test_a_heading_lost_by_a_dump_leaves_a_preamble_with_a_finding() -> None:
    (outline,) = outlines(HEAD + "a)\tthat it rains;\nb)\tthat it pours,\nresolves\nto stay.\n")
    assert [clause.part for clause in outline.clauses] == ["preamble/a", "preamble/b", "resolves"]
    assert [finding.code for finding in outline.findings] == ["heading-lost"]


def test_an_annex_takes_its_reference_line_and_title() -> None:
    (outline,) = outlines(
        HEAD
        + "resolves\nto act.\nAnnex A\n(to Resolution 9999 (Rev. Sampleton, 2001))\nThe procedure\nThe following applies:\na)\tone;\nb)\ttwo.\nAnnex B\nOther\nText of it.\n"
    )
    assert [(s.part, s.title) for s in outline.sections if s.role == "annex"] == [("annex-a", "The procedure"), ("annex-b", "Other")]
    assert [c.part for c in outline.clauses][1:] == ["annex-a/p1", "annex-a/a", "annex-a/b", "annex-b"]


def test_a_numbered_line_that_is_only_a_title_is_a_section() -> None:
    (outline,) = outlines(
        HEAD + "resolves\nto act.\nANNEX 1\nRules\n1.1\tDefinition\nA rule: a thing that holds.\n1.2\tThe group shall meet.\n"
    )
    assert [section.part for section in outline.sections] == ["resolves", "annex-1", "annex-1/1.1"]
    assert [clause.part for clause in outline.clauses] == ["resolves", "annex-1/1.1", "annex-1/1.2"]


def test_debris_of_a_table_is_no_clause() -> None:
    assert parts("resolves\nto act.\nANNEX 1\nNumbers\nThe table follows.\n5\t5\n3\n3 5\n") == ["resolves", "annex-1"]


def test_what_follows_the_last_provision_is_set_aside() -> None:
    (outline,) = outlines(HEAD + "resolves\nto act.\n(Sampleton, 1999) \u2013 (Rev. Sampleton, 2001)\n")
    assert [block.role for block in outline.blocks][-1] == "back"
    assert [adoption.year for adoption in outline.history] == [1999, 2001]


def test_a_collection_is_split_into_its_records() -> None:
    other = HEAD.replace("9999", "9998").replace("(Rev. ", "(")
    found = outlines(
        "PART I\n" + HEAD + "resolves\nto act.\n" + other + "resolves\nto rest.\nRESOLUTION 9997 (SAMPLETON, 1990)\nA title only\n"
    )
    assert [str(outline.key) for outline in found] == ["pp/resolution/9999/2001", "pp/resolution/9998/2001"]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "recalling",
                "resolves",
                "a)\tthat it is;",
                "1\tto do:",
                "i) x; ii) y;",
                "Annex A",
                "5\t5",
                "Text.",
                "instructs the Council",
                "- dash",
                "1.2 Title",
                "(see below)",
                "",
                "____",
                "1 note",
            ]
        ),
        max_size=14,
    )
)
def test_any_sequence_of_paragraphs_is_segmented_without_loss(lines: list[str]) -> None:
    for outline in outlines(HEAD + "\n".join(lines) + "\nresolves\nto end.\n"):
        text = outline.source.text
        count = bytearray(len(text))
        for start, end in spans(outline):
            for i in range(start, end):
                count[i] += 1
        assert all(count[i] == 1 for i, character in enumerate(text) if not character.isspace())


def test_the_first_item_of_a_list_that_ran_into_its_heading_is_found() -> None:
    body = "noting\na)\tthe help of all, resolves to instruct the Secretary-General 1 to act; 2 to rest, further resolves to wait, by:\ni)\tsitting;\nii)\tstanding.\n"
    assert parts(body) == [
        "noting/a",
        "resolves-to-instruct/1",
        "resolves-to-instruct/2",
        "further-resolves/p1",
        "further-resolves/i",
        "further-resolves/ii",
    ]
