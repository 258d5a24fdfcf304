import { createHash } from 'node:crypto'
import { CONFIDENCE_WORDS } from '../../compare/level.js'
import type { Collected } from '../digest/collect.js'
import { differenceWords, method } from '../words/compare-words.js'
import { chartsOf, type Section, sectionsOf } from './build.js'
import { renderConclusions } from './conclusions.js'
import { renderFlags, renderMachines, renderResults } from './facts.js'
import { renderFigure } from './figure.js'
import { embeddedJson, embeddedScript, Html, html } from './html.js'
import { STYLE } from './style.js'

/** Charts of these kinds stand in pairs where there is room. */
const IN_PAIRS = ['curve', 'heat', 'size', 'trend']

/**
 * The report: one page with everything in it. `script` is the bundle of the charts. Nothing of a result becomes markup, and the page
 * may not load anything from anywhere.
 */
export function renderPage(collected: Collected, script: string, title: string): string {
  const sections = sectionsOf(collected)
  const code = embeddedScript(script)
  const hash = createHash('sha256').update(code).digest('base64')
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#conclude">To the conclusions</a>
${head(collected, title, sections)}
<main>
${renderConclusions(collected)}
<noscript><p class="doubt">The charts need JavaScript, which is off here. Every chart has its numbers in a table below it.</p></noscript>
${differences(collected)}
${sections.map(renderSection)}
<h2 class="page" id="machines">Machines</h2>
${renderMachines(collected.machines, collected.digests.length)}
<h2 id="flags">Flags</h2>
${renderFlags(collected.digests)}
<h2 id="results">Results</h2>
${renderResults(collected)}
${reading(collected)}
</main>
<footer>Made by xrbench from the results above; the page holds all it needs and loads nothing. Charts: Apache ECharts, Apache License 2.0.</footer>
<script type="application/json" id="charts">${embeddedJson(chartsOf(sections))}</script>
<script type="module">${new Html(code)}</script>
</body>
</html>
`
  return page.markup
}

function head({ digests }: Collected, title: string, sections: readonly Section[]): Html {
  const [first] = digests
  const measured =
    digests.length === 1
      ? `${first?.name}, measured ${first?.startedAt}, xrbench ${first?.version}`
      : `${digests.length} results, the first measured ${first?.startedAt}`
  const links = [
    ...sections.map(({ id, title: text }) => [id, text.split(':')[0] ?? text] as const),
    ['machines', 'Machines'] as const,
    ['flags', 'Flags'] as const,
    ['results', 'Results'] as const,
    ['reading', 'How to read it'] as const,
  ]
  return html`<header><h1>${title}</h1><p class="muted">${measured}</p></header>
<nav aria-label="Parts"><ul>${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>`
}

function renderSection({ id, title, notes, groups }: Section): Html {
  return html`<h2 class="page" id="${id}">${title}</h2>
${notes.map((note) => html`<p class="muted">${note}</p>`)}
${groups.map(({ title: heading, charts }) => {
  const captions = new Set(charts.map(({ caption }) => caption))
  const shared = captions.size === 1 && charts.length > 1
  const pairs = charts.length > 1 && charts.every(({ kind }) => IN_PAIRS.includes(kind))
  return html`<h3>${heading}</h3>
${shared ? html`<p class="muted">${[...captions]}</p>` : null}
<div class="charts${pairs ? ' pairs' : ''}">${charts.map((chart) => renderFigure(chart, !shared))}</div>`
})}`
}

/** What differs besides the numbers, before any number of a comparison. */
function differences({ comparison }: Collected): Html | null {
  const found = (comparison?.comparisons ?? []).flatMap((one) =>
    one.differences.map((each) => differenceWords(each, one.pairs.length)),
  )
  if (comparison === null) return null
  const unique = [...new Set(found)]
  const shown = unique.slice(0, 30)
  return html`<h2>What differs besides the numbers</h2>
${shown.length === 0 ? html`<p>Nothing that is known.</p>` : html`<ul>${shown.map((text) => html`<li>${text}</li>`)}</ul>`}
${unique.length > shown.length ? html`<p class="muted">And ${unique.length - shown.length} more.</p>` : null}`
}

function reading({ comparison }: Collected): Html {
  return html`<h2 id="reading">How to read it</h2>
<ul>
<li>Latency is the whole round trip, never halved. Goodput is payload that arrived, counted at the receiver. Warm-up is left out.</li>
<li>A repetition runs on fresh connections in fresh processes. Repetitions are the statistical unit: samples of one connection depend on one another, so no interval is made from them.</li>
<li>Percentiles of a curve are over all samples of all repetitions together; percentiles are never averaged. One with fewer than ten samples beyond it is not shown. Lost messages count as infinitely late: ∞ where a percentile falls among them.</li>
<li>Results of this machine and of the lab never share a chart.</li>
${comparison === null ? html`<li>Transports of one run are compared repetition by repetition (exact signed-rank test, Hodges-Lehmann ratio with its ${CONFIDENCE_WORDS} interval; p after Benjamini and Hochberg).</li>` : html`<li>${method(comparison)}</li>`}
</ul>`
}
