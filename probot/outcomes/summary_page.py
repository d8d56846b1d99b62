"""What does the summary of a serious event look like on paper? One page of HTML that needs nothing beside itself.

The rule: it says what the message says, word for word; whatever anybody wrote is text and never markup; nothing in it runs and
nothing is fetched.
"""

from __future__ import annotations

from html import escape

from probot.outcomes.sae_summary import Summary

TAGS = {"zh": "zh-Hans", "en": "en"}
"""How a page says in which language it is."""
STYLE = """
@page { size: A4; margin: 10mm 12mm; }
body { font: 9pt/1.3 "Noto Sans", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif;
       color: #000; background: #fff; max-width: 186mm; margin: 0 auto; }
h1 { font-size: 13pt; margin: 0 0 2mm; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 0.3pt solid #777; padding: 0.5mm 2mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { width: 52mm; font-weight: 600; background: #f2f2f2; }
h2 { font-size: 10pt; margin: 2mm 0 1mm; }
p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def page_of(summary: Summary, language: str) -> str:
    """The page, in UTF-8."""
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>\n'
        for label, value in summary.named
    )
    story = ""
    if summary.story is not None:
        label, words = map(escape, summary.story)
        story = f"<h2>{label}</h2>\n<p>{words}</p>\n"
    title = f"{escape(summary.code)} · {escape(summary.title)}"
    return (
        f'<!doctype html>\n<html lang="{TAGS[language]}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{escape(summary.title)}</h1>\n"
        f"<table>\n{rows}</table>\n{story}</body>\n</html>\n"
    )
