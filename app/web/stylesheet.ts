import { dark, light, properties } from './palette.ts';

const foundation = `
:root { color-scheme: light dark; ${properties(light)} }
@media (prefers-color-scheme: dark) { :root { ${properties(dark)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: break-word; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 0.75rem; }
h3 { font-size: 1.05rem; line-height: 1.35; }
h4 { font-size: 1rem; line-height: 1.35; overflow-wrap: anywhere; }
ul, ol { list-style: none; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, pre { font: 0.875em/1.5 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; }
code { background: var(--code-ground); border-radius: 4px; padding: 0.1em 0.3em; overflow-wrap: anywhere; }
pre { background: var(--code-ground); border-radius: 6px; padding: 0.6rem 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { background: none; padding: 0; font-size: 1em; }
.wide { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
.quiet { color: var(--quiet); }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--card); padding: 0.5rem 1rem; z-index: 1; }
.skip:focus { top: 0.5rem; }
.top { background: var(--bar); color: var(--bar-ink); }
.top .wide { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; align-items: center; justify-content: space-between; padding-block: 0.7rem; }
.top a { color: inherit; }
.top :focus-visible { outline-color: var(--bar-ink); }
.top nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
.top [aria-current] { font-weight: 650; text-decoration: none; }
.brand { display: inline-flex; gap: 0.6rem; align-items: center; font-weight: 650; }
.mark { fill: currentColor; }
main.wide { padding-block: 1.75rem 2.5rem; }
main > section { margin-top: 2.25rem; }
.lead { max-width: 46rem; margin-top: 0.6rem; color: var(--quiet); font-size: 1.05rem; }
.bottom { border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.9rem; }
.bottom .wide { padding-block: 1.25rem 2rem; display: grid; gap: 0.35rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.9rem 1rem; }
`;

const board = `
.nobody-late, .late-list { border-left: 6px solid var(--good); background: var(--good-ground); border-radius: 4px 8px 8px 4px; padding: 0.7rem 1rem; margin-top: 1.25rem; }
.nobody-late { color: var(--good); font-weight: 650; }
main > .late-list { border-color: var(--bad); background: var(--bad-ground); margin-top: 1.25rem; }
.late-list h2 { color: var(--bad); margin-bottom: 0.35rem; }
.late-list .plain li { display: block; padding: 0; border: 0; }
.late-list li { display: grid; grid-template-columns: 13rem minmax(10rem, auto) 1fr; gap: 0 1.25rem; padding: 0.4rem 0; }
.late-list li + li { border-top: 1px solid var(--line); }
.late-list code { background: none; padding: 0; }
.late strong, .late-tag { color: var(--bad); font-weight: 700; }
.path { display: grid; grid-template-columns: repeat(4, 1fr); gap: 2.25rem; }
.station { position: relative; background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--link); border-radius: 8px; padding: 0.9rem 1rem; display: grid; gap: 0.3rem; align-content: start; grid-template-columns: auto 1fr; column-gap: 0.6rem; align-items: center; }
.station > :not(.icon, h3) { grid-column: 1 / -1; }
.station + .station::before { content: ""; position: absolute; left: -2.1rem; top: 2.1rem; width: 1.6rem; border-top: 2px solid var(--quiet); }
.station + .station::after { content: ""; position: absolute; left: -1rem; top: 1.85rem; width: 0.5rem; height: 0.5rem; border: solid var(--quiet); border-width: 2px 2px 0 0; transform: rotate(45deg); }
.icon, .sign { fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.icon { color: var(--link); }
.count strong { font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.count .late-tag { margin-left: 0.5rem; }
.dot { fill: var(--link); }
.dot-late { fill: var(--bad); }
.dot-more { stroke: var(--link); stroke-width: 2; }
.gate { color: var(--quiet); font-size: 0.9rem; }
.stage { display: grid; grid-template-columns: 13rem 1fr; gap: 0.75rem 1.5rem; padding: 1rem 0; border-top: 1px solid var(--line); }
.stage-name p { color: var(--quiet); font-size: 0.9rem; }
.number { display: inline-block; min-width: 1.6em; padding: 0 0.4em; border-radius: 1em; background: var(--code-ground); text-align: center; font-size: 0.85rem; font-weight: 600; }
.cards { display: grid; gap: 0.5rem; min-width: 0; }
.cards .card { display: grid; grid-template-columns: minmax(0, 17rem) minmax(0, 1fr) minmax(0, 14rem); gap: 0.35rem 1.5rem; padding-block: 0.7rem; }
.cards .card > :nth-child(2):last-child { grid-column: 2 / -1; }
.card-late { border-color: var(--bad); border-left-width: 5px; }
.stands { font-weight: 500; }
.awaited, .cards .quiet, .sites { font-size: 0.92rem; }
.tags { display: flex; flex-wrap: wrap; gap: 0.2rem 0.7rem; align-items: baseline; color: var(--quiet); font-size: 0.9rem; }
.tag { border: 1px solid currentColor; border-radius: 4px; padding: 0 0.4em; font-size: 0.85rem; color: var(--ink); }
.tag-emergency, .tag-bad { color: var(--bad); background: var(--bad-ground); font-weight: 700; }
.tag-major { font-weight: 700; }
.sites { display: grid; gap: 0.1rem; align-content: start; }
.word { white-space: nowrap; }
.word::before { display: inline-block; width: 1.2em; text-align: center; }
.word-success { color: var(--good); } .word-success::before { content: "✓" / ""; }
.word-warning { color: var(--care); } .word-warning::before { content: "!" / ""; font-weight: 700; }
.word-reject, .word-late { color: var(--bad); font-weight: 650; } .word-reject::before { content: "✕" / ""; } .word-late::before { content: "◆" / ""; }
.word-open { color: var(--quiet); } .word-open::before { content: "○" / ""; }
.more { align-self: center; color: var(--quiet); }
.channels { display: grid; gap: 0.75rem; }
.channels p { margin-top: 0.15rem; }
summary { cursor: pointer; color: var(--link); padding: 0.35rem 0; width: fit-content; }
.copy { margin-top: 0.6rem; }
.copy figcaption { color: var(--quiet); font-size: 0.9rem; margin-bottom: 0.2rem; }
.copy pre { user-select: all; }
`;

const ticket = `
.state-line { margin-top: 0.75rem; padding: 0.6rem 1rem; border-left: 6px solid var(--link); background: var(--card); border-radius: 4px 8px 8px 4px; display: block; }
.state-line strong { font-size: 1.15rem; margin-right: 0.4rem; }
.state-line.stage-success { border-color: var(--good); }
.state-line.stage-warning { border-color: var(--care); }
.state-line.stage-rejected, .state-line.stage-withdrawn { border-color: var(--bad); }
.about { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, max-content)); gap: 0.75rem 2rem; margin-top: 1.1rem; }
.about dt { color: var(--quiet); font-size: 0.9rem; }
.about div:last-child:has(.digest) { grid-column: 1 / -1; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 2.25rem; margin-top: 2.25rem; }
.step { position: relative; padding: 0 0 1.5rem 2.5rem; display: grid; gap: 0.25rem; }
.step::before { content: ""; position: absolute; left: 11px; top: 24px; bottom: 0; border-left: 2px solid var(--line); }
.step:last-child { padding-bottom: 0; } .step:last-child::before { display: none; }
.sign { position: absolute; left: 0; top: 0; color: var(--quiet); }
.sign circle { fill: var(--ground); }
.sign path { stroke-width: 2.4; }
.step-met .sign { color: var(--good); } .step-working .sign { color: var(--link); } .step-failed .sign { color: var(--bad); }
.stands-word { font-weight: 400; font-size: 0.9rem; color: var(--quiet); margin-left: 0.35rem; }
.step-met .stands-word { color: var(--good); } .step-failed .stands-word { color: var(--bad); font-weight: 650; }
.step-waiting .title { color: var(--quiet); }
.because li { min-width: 0; }
.because { display: grid; gap: 0.35rem; font-size: 0.95rem; }
.quote { margin: 0.25rem 0; }
.rule { color: var(--quiet); font-size: 0.85rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--quiet); font-size: 0.9rem; }
tbody th { font-weight: 600; }
.packages .file { display: block; overflow-wrap: anywhere; }
.digest { font-weight: 400; overflow-wrap: anywhere; }
.below { display: block; font-weight: 400; font-size: 0.9rem; color: var(--quiet); }
.commands dt { color: var(--quiet); font-size: 0.9rem; margin: 0.7rem 0 0.1rem; }
.commands dd { padding: 0.1rem 0; }
section > .card + .card { margin-top: 0.75rem; }
.apart { margin-top: 0.75rem; }
.alarm { margin-top: 0.75rem; padding: 0.6rem 1rem; border-left: 6px solid var(--bad); background: var(--bad-ground); border-radius: 4px 8px 8px 4px; }
.alarm code { background: none; padding: 0; }
.items { display: grid; gap: 0.5rem; margin-top: 0.5rem; }
.forecast { display: grid; gap: 0.3rem; list-style: decimal; padding-left: 1.5rem; margin-top: 0.6rem; }
.forecast-picture { display: block; width: 100%; max-width: 40rem; margin-top: 0.75rem; }
.line-of-time { stroke: var(--line); stroke-width: 3; }
.mark-now { stroke: var(--ink); stroke-width: 3; }
.mark-step, .mark-last { fill: var(--link); }
.mark-last { fill: var(--good); }
.mark-target { fill: none; stroke: var(--care); stroke-width: 2.5; }
.plain { display: grid; gap: 0.2rem; }
.component { font-weight: 600; }
.bar { display: block; margin: 0.35rem 0 0.25rem; }
.bar-all { fill: var(--line); } .bar-part { fill: var(--link); }
.history { display: grid; gap: 0.5rem; }
.history li { display: grid; grid-template-columns: 15rem 1fr; gap: 0 1.25rem; }
.history time { color: var(--quiet); font-size: 0.92rem; }
`;

const narrow = `
@media (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr); } .cards .card { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } .cards .sites { grid-column: 2; } }
@media (max-width: 48rem) {
  h1 { font-size: 1.45rem; }
  .wide { padding-inline: 1rem; }
  .late-list li, .stage, .history li { grid-template-columns: minmax(0, 1fr); }
  .path { grid-template-columns: minmax(0, 1fr); gap: 1.5rem; }
  .station + .station::before { left: 1.9rem; top: -1.45rem; width: 0; height: 1.1rem; border: 0; border-left: 2px solid var(--quiet); }
  .station + .station::after { left: 1.66rem; top: -0.85rem; transform: rotate(135deg); }
  .cards .card { grid-template-columns: minmax(0, 1fr); }
  .cards .sites, .cards .card > :nth-child(2):last-child { grid-column: 1; }
  .station { grid-template-columns: auto 1fr auto; row-gap: 0; }
  .station > .count { grid-column: 3; }
  th, td { padding-right: 0.6rem; }
  .stacked, .stacked tbody { display: block; }
  .stacked thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacked tr { display: grid; gap: 0.15rem; padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  .stacked th, .stacked td { display: block; padding: 0; border: 0; }
  .stacked td::before { content: attr(data-head) ": " / ""; color: var(--quiet); }
}
`;

const forced = `
@media (forced-colors: active) {
  .dot, .dot-late, .mark, .mark-step, .mark-last, .bar-part { fill: CanvasText; }
  .icon, .sign, .dot-more { color: CanvasText; stroke: CanvasText; }
}
`;

const print = `
@media print {
  :root { ${properties(light)} --ground: #ffffff; }
  body { font-size: 10pt; }
  .skip, .top nav { display: none; }
  .top { background: none; color: var(--ink); border-bottom: 1px solid var(--line); }
  .card, .station, .step, .history li, tr { break-inside: avoid; }
  .wide { max-width: none; padding-inline: 0; }
}
`;

/** `/style.css`: all there is. Colours come from the palette; light or dark as the reader's system says. */
export const stylesheet = [foundation, board, ticket, narrow, forced, print].join('').trimStart();
