/** The looks of the HTML report, in light and in dark. */
export const STYLE = `
:root { color-scheme: light dark; --page: #fbfbf9; --card: #fff; --text: #1d1f21; --soft: #63686e; --line: #dcdcd6; --first: #8a8f98; --after: #1f6f5c; --good: #1f6f5c; --bad: #b3341f; --open: #8a6100; --ins: #d9f0e3; --del: #f9ddd7; }
@media (prefers-color-scheme: dark) { :root { --page: #16181a; --card: #1e2124; --text: #e6e6e3; --soft: #9aa0a6; --line: #34383c; --first: #7d848c; --after: #5cc4a5; --good: #5cc4a5; --bad: #ff8f79; --open: #e3b341; --ins: #173d31; --del: #4a231c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: .2rem 0; font-size: 2rem; }
h1::first-letter { text-transform: uppercase; }
h2 { margin: 0 0 .6rem; font-size: 1.1rem; }
h3 { margin: 1rem 0 .3rem; font-size: .95rem; font-family: ui-monospace, monospace; }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.note { color: var(--soft); font-size: .85rem; font-weight: normal; }
section { margin: 1.2rem 0; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { margin: .2rem 0; padding: .6rem .8rem; background: var(--page); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
ins { background: var(--ins); text-decoration: none; } del { background: var(--del); }
.wide { overflow-x: auto; } .wide > svg, .wide > table { min-width: 34rem; }
.wide > .sides { min-width: 24rem; table-layout: fixed; } .sides th:first-child { width: 4.5rem; } .sides td:first-child { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; } .figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; padding: .25rem 0; }
svg { display: block; width: 100%; height: auto; margin-bottom: .6rem; font: 12px system-ui, sans-serif; }
svg text { fill: var(--soft); }
.grid { stroke: var(--line); } .line { fill: none; stroke: var(--after); stroke-width: 2.5; } .dot { fill: var(--after); }
.edge { fill: none; stroke: var(--first); stroke-width: 2; } .rejected { stroke: var(--bad); stroke-width: 2; }
.node circle { fill: var(--card); stroke: var(--after); stroke-width: 2; } .node text { fill: var(--text); }
.node.best circle { fill: var(--after); } .node.best text { fill: var(--card); font-weight: 700; }
.heat { fill: var(--after); } .none { fill: none; stroke: var(--line); }
rect.worse { fill: var(--bad); } .range.plain { stroke: var(--text); stroke-width: 1.5; } rect.after { fill: var(--after); }
.range { stroke-width: 4; stroke-linecap: round; } .range.first { stroke: var(--first); } .range.best { stroke: var(--after); }
.mean.first { fill: var(--first); } .mean.best { fill: var(--after); }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .4em 0 .8em; border-radius: 2px; } .key.first { background: var(--first); } .key.after { background: var(--after); }
`;
