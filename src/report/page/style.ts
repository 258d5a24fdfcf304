/** The look of the page: on a phone, on a screen, in the dark and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --text: #1b1f24; --muted: #4f5862; --line: #d3d9df; --soft: #f4f6f8; --accent: #0072b2; --warn: #a34700; --mark: #fff3d6 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0f1419; --text: #e6edf3; --muted: #a3adb8; --line: #2f3842; --soft: #171d24; --accent: #56b4e9; --warn: #f0b04a; --mark: #3a2f14 }
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; scroll-behavior: auto }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", Arial, sans-serif }
main, header, footer, nav { max-width: 1120px; margin: 0 auto; padding: 0 20px }
header { padding-top: 28px }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 6px }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 44px 0 10px; padding-top: 10px; border-top: 2px solid var(--line) }
h3 { font-size: 1.08rem; margin: 30px 0 8px }
h4 { font-size: 1rem; margin: 0 0 4px }
p, ul { margin: 8px 0 }
li { margin: 5px 0 }
a { color: var(--accent) }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.skip { position: absolute; left: -9999px }
.skip:focus { left: 8px; top: 8px; background: var(--ground); padding: 6px 10px; z-index: 2 }
.muted, figcaption { color: var(--muted); font-size: .9rem }
.conclusion { margin: 20px 0; padding: 14px 20px 10px; background: var(--soft); border-left: 5px solid var(--accent); border-radius: 4px }
.conclusion h2 { border: 0; margin: 0 0 6px; padding: 0 }
.conclusion h3 { margin: 14px 0 4px }
.conclusion .lead { font-size: 1.1rem; font-weight: 600 }
.conclusion ul { padding-left: 20px }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: .95rem }
nav li { margin: 0 }
.charts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 26px 32px }
@media (min-width: 940px) { .charts.pairs { grid-template-columns: repeat(2, minmax(0, 1fr)) } }
figure { margin: 0; min-width: 0 }
.chart { width: 100%; overflow: hidden }
figcaption { margin-top: 2px }
details { margin-top: 6px; font-size: .9rem }
summary { cursor: pointer; color: var(--accent); width: fit-content; padding: 2px 0 }
.scroll { overflow-x: auto; max-width: 100% }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; margin: 8px 0 }
th, td { text-align: right; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap }
th:first-child, td:first-child, .facts td, .facts th { text-align: left }
.facts td, .facts thead th { white-space: normal; overflow-wrap: anywhere; min-width: 120px; max-width: 380px }
.facts details { margin: 0 }
thead th { color: var(--muted); font-weight: 600 }
tbody th { font-weight: 500 }
.differs th, .differs td { background: var(--mark) }
.doubt { color: var(--warn) }
code { font: .88em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere }
footer { margin-top: 48px; padding-bottom: 40px; color: var(--muted); font-size: .85rem; border-top: 1px solid var(--line); padding-top: 12px }
@media (max-width: 520px) {
  main, header, footer, nav { padding-left: 14px; padding-right: 14px }
  h1 { font-size: 1.4rem }
  .facts tbody th { white-space: normal }
  .conclusion { padding: 12px 14px 8px }
}
@media print {
  :root { color-scheme: light; --ground: #ffffff; --text: #000000; --muted: #333333; --line: #bbbbbb; --soft: #ffffff; --accent: #00507d; --warn: #803800; --mark: #f2ead8 }
  @page { margin: 16mm 14mm }
  body { font-size: 10.5pt }
  main, header, footer, nav { max-width: none; padding: 0 }
  nav, .skip, figure details:not([open]) { display: none }
  .charts, .charts.pairs { display: block }
  figure { break-inside: avoid; margin-bottom: 18px }
  h2, h3, h4, h3 + p { break-after: avoid }
  h2.page { break-before: page }
  tr, li { break-inside: avoid }
  .scroll { overflow: visible }
  td, th { white-space: normal }
  .facts td, .facts thead th { min-width: 0 }
}
`
