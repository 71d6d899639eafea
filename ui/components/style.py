"""CSS rules that Streamlit's theme does not cover. Greys work on light and dark."""

from __future__ import annotations

import streamlit as st

_LINE = "rgba(128, 128, 128, 0.28)"

_CSS = f"""<style>
.block-container {{ padding: 3.9rem 2.5rem 3rem; max-width: 1500px; }}
[data-testid="InputInstructions"], .st-key-document, .st-key-tour-memory {{ display: none; }}
.st-key-language {{ position: fixed; top: .55rem; inset-inline-end: 1rem; width: 8.2rem;
  z-index: 999991; }}
[data-testid=stLayoutWrapper]:has(
  > :is(.st-key-document, .st-key-language, .st-key-help, .st-key-tour-memory)) {{
  position: absolute; }}
.st-key-help {{ position: fixed; top: .55rem; inset-inline-end: 9.4rem; width: 2.5rem;
  z-index: 999991; }}
.st-key-help button {{ min-width: 2.5rem; min-height: 2.5rem; padding: 0; }}
.st-key-help button [data-testid=stMarkdownContainer] {{ position: absolute; width: 1px;
  height: 1px; overflow: hidden; clip-path: inset(50%); }}
.st-key-help button [aria-hidden=true]:has(> span > [data-testid=stIconMaterial]) {{
  display: none; }}
.st-key-help button[aria-expanded=true] {{ color: inherit; }}
.stAppToolbar {{ padding-inline-end: 12rem; }}
[dir=rtl] :is(h1, h2, h3, [data-testid=stCaptionContainer], [data-testid=stMarkdownContainer],
  [data-testid=stMarkdownContainer] p) {{ text-align: right !important; }}
[dir=rtl] [data-testid=stSidebar]:is([aria-expanded=false], [data-collapsed=true]) {{
  display: none; }}
[dir=rtl] :is([data-testid=stCheckbox] label > :first-child, .stButtonGroup) {{ direction: ltr; }}
[dir=rtl] .stTooltipIcon {{ margin-inline-start: .3rem; }}
[class*="st-key-finding-"] {{ flex-wrap: nowrap; }}
[dir=rtl] .stPlotlyChart, [dir=rtl] .stSlider, [dir=rtl] code {{ direction: ltr; }}
.pg-lead {{ font-size: 1.05rem; opacity: .8; margin: 0; max-width: 46rem; }}
.pg-head {{ display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1.6rem; }}
.pg-head .n {{ font-size: 1.5rem; font-weight: 650; margin-inline-end: .2rem; }}
.pg-head .file {{ font-weight: 600; overflow-wrap: anywhere; }}
.pg-proof {{ font-size: .92rem; line-height: 1.45; }}
.pg-proof .quiet, .pg-quiet {{ opacity: .68; font-size: .88rem; }}
.pg-examples {{ font-size: .84rem; overflow-wrap: anywhere; }}
.st-key-refused {{ display: none; }}
.stApp:has(.st-key-upload .stFileChip[aria-invalid="true"]) .st-key-refused {{ display: block; }}
.pg-refused {{ border-radius: .5rem; padding: .8rem 1rem;
  background: rgba(255, 43, 43, .09); }}
.pg-scale {{ position: relative; height: 6px; border-radius: 3px; background: {_LINE};
  margin: .35rem 0; }}
.pg-scale i {{ position: absolute; top: 0; left: 0; height: 6px; border-radius: 3px; }}
.pg-hit {{ border-top: 1px solid {_LINE}; padding: .6rem 0 .65rem; }}
.pg-hit:first-child {{ border-top: 0; padding-top: 0; }}
.pg-meta {{ display: flex; flex-wrap: wrap; align-items: center; gap: .1rem .7rem;
  font-size: .82rem; opacity: .85; }}
.pg-meta .rank {{ font-weight: 650; min-width: 1.3rem; }}
.pg-meta .lang {{ font-weight: 600; }}
.pg-meta .dot {{ display: inline-block; width: .62rem; height: .62rem; border-radius: 50%;
  margin-right: .3rem; }}
.pg-meta .stars {{ color: #b7791f; letter-spacing: .04em; white-space: nowrap; }}
.pg-meta .score {{ margin-left: auto; display: inline-flex; align-items: center; gap: .35rem; }}
.pg-chip {{ border-radius: .7rem; padding: .02rem .55rem; font-size: .78rem; font-weight: 600;
  white-space: nowrap; background: {_LINE}; }}
.pg-chip.strong {{ background: #1c6b70; color: #fff; }}
.pg-chip.likely {{ background: #f0d9a8; color: #4a3200; }}
.pg-judged {{ border-radius: .5rem; padding: .6rem .8rem;
  background: rgba(128, 128, 128, .1); }}
.pg-counts summary {{ cursor: pointer; list-style: none; }}
.pg-chip.name, .pg-chip.plain {{ background: none; box-shadow: inset 0 0 0 1px {_LINE}; }}
.pg-chip.plain {{ font-weight: 400; }}
.pg-text mark.word {{ background: rgba(232, 163, 23, .62); font-weight: 600; }}
.st-key-hits .pg-hit, .st-key-everywhere-hits .pg-hit {{ border-top: 1px solid {_LINE};
  padding-bottom: 0; }}
[class*=st-key-actions-] {{ font-size: .85rem; opacity: .85; margin-top: -.7rem; }}
[class*=st-key-actions-] button {{ min-height: 1.7rem; padding: 0; }}
[class*=st-key-actions-] button p {{ font-size: .85rem; }}
.pg-text {{ margin-top: .25rem; line-height: 1.5; overflow-wrap: anywhere; white-space: pre-line;
  text-align: start; }}
.pg-text summary {{ cursor: pointer; list-style: none; }}
.pg-text summary::-webkit-details-marker {{ display: none; }}
.pg-text summary .more {{ font-size: .82rem; text-decoration: underline; opacity: .75; }}
.pg-text details[open] summary .clip {{ display: none; }}
.pg-text details[open] summary .more {{ display: none; }}
.pg-text mark, .pg-sentence {{ background: rgba(232, 163, 23, .3); color: inherit;
  border-radius: .2rem; padding: 0 .1rem; }}
.st-key-cards {{ display: grid !important; align-items: stretch;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 285px), 1fr)); }}
.st-key-cards:has([data-testid=stExpander] details[open]) {{ align-items: start; }}
.st-key-cards > * {{ min-width: 0; }}
[class*=st-key-card-] {{ height: 100%; }}
.pg-card {{ display: flex; flex-direction: column; gap: .5rem; overflow-wrap: anywhere; }}
.pg-card h3.pg-name {{ font-size: 1.1rem; line-height: 1.3; margin: 0; padding: 0; }}
.pg-card p {{ margin: 0; }}
.pg-card .dot, .pg-name .dot {{ display: inline-block; width: .7rem; height: .7rem;
  border-radius: 50%; margin-inline-end: .4rem; }}
.pg-facts {{ display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .88rem; }}
.pg-facts .stars {{ color: #b7791f; }}
.pg-mixes {{ display: grid; grid-template-columns: auto 1fr; align-items: center;
  gap: .2rem .5rem; }}
.pg-mix {{ display: flex; height: 9px; border-radius: 4px; overflow: hidden;
  background: rgba(128, 128, 128, 0.28); }}
.pg-mix i {{ display: block; height: 9px; min-width: 1px; }}
.pg-trend {{ display: flex; flex-wrap: wrap; align-items: center; gap: 0 .6rem; }}
.pg-spark {{ max-width: 100%; }}
.pg-chip.praise {{ background: rgba(46, 125, 80, .22); }}
.pg-chip.complaint {{ background: rgba(194, 80, 60, .24); }}
.pg-note {{ border-inline-start: 3px solid #e8a317; padding-inline-start: .6rem; margin: .35rem 0;
  font-size: .9rem; line-height: 1.45; overflow-wrap: anywhere; }}
.pg-note > [dir] {{ display: block; white-space: pre-line; text-align: start; }}
.pg-passages {{ margin: .4rem 0 0; padding-inline-start: 1.4rem; }}
.pg-passages li {{ margin-bottom: .5rem; }}
.st-key-page-head > div:last-child {{ flex: 0 0 auto; width: auto; }}
.st-key-chips button {{ min-height: 1.8rem; padding-block: 0; }}
.st-key-page-head button {{ min-height: 1.8rem; padding-block: 0; }}
.pg-quote {{ margin: 0; padding: 0 0 0 .7rem; border-left: 3px solid {_LINE}; font-size: .92rem;
  line-height: 1.45; }}
.pg-quote [lang] {{ display: block; text-align: start; }}
.pg-cite {{ text-decoration: none; font-weight: 600; color: inherit; opacity: .75; }}
.pg-cite:hover {{ text-decoration: underline; opacity: 1; }}
.pg-said {{ margin: 0 0 .35rem; line-height: 1.5; overflow-wrap: anywhere; white-space: pre-line;
  text-align: start; }}
.pg-said.doubtful {{ border-inline-start: 3px solid #e8a317; padding-inline-start: .6rem;
  margin-bottom: .1rem; }}
.pg-doubt {{ margin: 0 0 .5rem; padding-inline-start: .8rem; font-size: .84rem; opacity: .8; }}
.pg-hit:target {{ background: rgba(232, 163, 23, .18); scroll-margin-top: 4.5rem;
  box-shadow: 0 0 0 .4rem rgba(232, 163, 23, .18); }}
.st-key-below-box > div {{ flex: 0 1 auto; width: auto; }}
.st-key-below-box button {{ min-height: 1.8rem; padding-block: 0; }}
.pg-more summary {{ cursor: pointer; opacity: .75; font-size: .84rem; }}
.pg-more[open] {{ display: flex; flex-direction: column; gap: .4rem; }}
.pg-words {{ font-size: .88rem; line-height: 1.5; }}
.pg-words > div {{ display: flex; gap: .5rem; }}
.pg-words .code {{ opacity: .6; min-width: 1.5rem; font-size: .8rem; line-height: 1.65; }}
.pg-words i {{ opacity: .68; font-style: normal; }}
.pg-entry {{ overflow-wrap: anywhere; }}
.pg-entry .name {{ font-size: 1.05rem; }}
.pg-entry .open {{ font-size: .78rem; margin-inline-start: .6rem; padding: .05rem .45rem;
  border-radius: .6rem; background: {_LINE}; }}
.st-key-examples [data-testid=stHorizontalBlock] {{ flex-wrap: wrap; }}
@media (max-width: 1100px) {{
  .st-key-examples [data-testid=stColumn] {{ min-width: calc(50% - 1rem); }}
}}
.facts {{ display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .88rem; opacity: .8; }}
.pg-warning {{ border-radius: .4rem; padding: .45rem .6rem; font-size: .88rem;
  background: rgba(232, 163, 23, .18); }}
.pg-gains {{ margin: 0; padding-inline-start: 1.3rem; line-height: 1.6; }}
.pg-arrow.up {{ color: #c2724f; }} .pg-arrow.down {{ color: #4b8bbe; }}
@media (min-width: 900px) {{
  .pg-hits.tall {{ max-height: 690px; overflow-y: auto; padding-right: .6rem; }}
  .st-key-hits {{ max-height: 690px; overflow-y: auto; padding-right: .6rem; }}
  .st-key-found > * > [data-testid=stHorizontalBlock] > [data-testid=stColumn]:first-child {{
    position: sticky; top: 4rem; align-self: flex-start; }}
}}
@media (max-width: 640px) {{
  h1 {{ font-size: 1.9rem !important; }}
  .st-key-query {{ min-width: 100%; }}
  .st-key-found > * > [data-testid=stHorizontalBlock] > [data-testid=stColumn]:last-child {{
    order: -1; }}
  .st-key-roles [data-testid=stColumn], .st-key-filters [data-testid=stColumn] {{
    min-width: calc(50% - .5rem); flex-basis: calc(50% - .5rem); }}
  .st-key-examples [data-testid=stColumn] {{ min-width: 100%; }}
  [data-testid=stColumn]:not(:has([data-testid=stElementContainer],
    [data-testid=stPopover])) {{ display: none; }}
  .block-container {{ padding-left: 1rem; padding-right: 1rem; }}
}}
</style>"""


def add_style() -> None:
    """Add the rules to the page."""
    st.html(_CSS)
