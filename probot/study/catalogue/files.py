"""What can be wrong with the files themselves?

The rule: these are found before anything is known of the study.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

FILES: tuple[Kind, ...] = (
    Kind(
        "PB101",
        "A file or folder cannot be read",
        "The system does not let probot read it, so nobody knows what stands in it.",
        "give the account that runs probot the right to read it.",
        "a file of the folder that belongs to somebody else",
    ),
    Kind(
        "PB102",
        "A file is not UTF-8",
        "Chinese text saved in another encoding (GBK, UTF-16) would reach participants as nonsense.",
        "save the file again as UTF-8.",
        "a file saved by an editor in GBK",
    ),
    Kind(
        "PB103",
        "There is no study here",
        "The folder does not exist, or holds no file that ends in `.yaml`.",
        "name the folder that holds the study's .yaml files.",
        "probot check confg",
    ),
    Kind(
        "PB104",
        "A file is too large",
        "No study comes near this size; it is probably something else with the ending `.yaml`.",
        "take the file out of the study's folder.",
        "a data export saved as export.yaml",
    ),
    Kind(
        "PB105",
        "A file is not YAML",
        "The file cannot be read beyond this place, so nothing below it has been checked.",
        "look at this line and the one above it: quotes, brackets, colons and indentation.",
        "label: {en: Pain, zh: 疼痛",
    ),
    Kind(
        "PB106",
        "A tab in the indentation",
        "YAML indents with blanks; a tab has no defined width.",
        "replace the tab by blanks.",
        "<tab>title: {en: Pain, zh: 疼痛}",
    ),
    Kind(
        "PB107",
        "A key stands twice",
        "Only one of the two could count, and nobody could tell which.",
        "keep one of them.",
        "rules:\n  fever: {…}\n  fever: {…}",
    ),
    Kind(
        "PB108",
        "A file does not consist of keys",
        "A study's file begins with keys such as `study:` or `rules:`, at the left edge.",
        "begin with a key of the study, for example `rules:`.",
        "- fever\n- pain",
    ),
    Kind(
        "PB109",
        "An alias without its anchor",
        "`*name` repeats what was marked with `&name` before it, in the same file and outside of it.",
        "mark the part with `&name` where it stands first.",
        "options: *impact",
    ),
    Kind(
        "PB110",
        "A file unfolds to too much",
        "Deep nesting, or aliases inside aliases, can make a small file fill the memory.",
        "write it flatter, with fewer aliases.",
        "a: &a [*b, *b, *b]",
    ),
    Kind(
        "PB111",
        "A YAML tag",
        "Every value is read as the words that stand there; tags such as `!!python/name` have no meaning.",
        "take the tag away.",
        "version: !v 1.0",
    ),
    Kind(
        "PB112",
        "A key that is not a word",
        "A list or mapping cannot name anything.",
        "write a word before the colon.",
        "[a, b]: {en: Pain, zh: 疼痛}",
    ),
    Kind(
        "PB113",
        "`<<` without a mapping",
        "The merge key takes over the keys of a mapping; a word or list has none.",
        "write `<<: *name`, where `&name` marks a mapping.",
        "<<: pain",
    ),
    Kind(
        "PB114",
        "An invisible character",
        "A control character came in, usually by copying from another program.",
        "delete the character and type the place again.",
        "text: {en: Pain<U+0007>, zh: 疼痛}",
    ),
    Kind(
        "PB115",
        "Several documents in one file",
        "Only one document is read; a `---` in the middle would hide the rest of the file.",
        "take the `---` line away.",
        "rules: {…}\n---\nladder: {…}",
    ),
    Kind(
        "PB116",
        "A section stands in two files",
        "Only `instruments`, `plan`, `rules` and `texts` may be spread over several files.",
        "put the section together in one of the files.",
        "ladder: in alerts.yaml and in roles.yaml",
    ),
    Kind(
        "PB117",
        "An entry stands in two files",
        "The same name was given twice; only one of them could count.",
        "keep one of them, or give one another name.",
        "rules: fever in alerts.yaml and in more.yaml",
    ),
)
