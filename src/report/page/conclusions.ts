import type { Comparison, Row } from '../../compare/schema.js'
import type { Place } from '../../plan/case.js'
import type { Collected } from '../digest/collect.js'
import { clip, sideNamer } from '../digest/names.js'
import {
  conclusion,
  pairTitle,
  restWords,
  valueWords,
  verdictWords,
} from '../words/compare-words.js'
import { type Finding, findingsOf, leadOf } from './findings.js'
import { type Ratios, ratiosById } from './groups.js'
import { type Html, html } from './html.js'
import { placeTitle } from './places.js'
import { trustOf } from './trust.js'
import { listed } from './words.js'

/** Comparisons that are told one by one. */
const MOST_TOLD = 8
const MOST_EXAMPLES = 3

/** What the reader should take away, before any chart. */
export function renderConclusions(collected: Collected): Html {
  const { digests } = collected
  const ratios = ratiosById(collected.ratios)
  const places = (['host', 'lab'] as const).filter((place) =>
    digests.some(({ cases }) => cases.some((one) => one.place === place)),
  )
  return html`<section class="conclusion" aria-labelledby="conclude">
<h2 id="conclude">What to conclude</h2>
${comparisonPart(collected)}
${places.map((place) => placePart(digests, ratios, place))}
<h3>How far to trust it</h3>
<ul>${trustOf(collected).map((sentence) => html`<li>${sentence}</li>`)}</ul>
</section>`
}

function placePart(digests: Collected['digests'], ratios: Ratios, place: Place): Html | null {
  const [base] = digests
  if (base === undefined) return null
  const cases = base.cases.filter((one) => one.place === place)
  const findings = [
    ...findingsOf(cases, ratios, 'ping-pong'),
    ...findingsOf(cases, ratios, 'rr'),
    ...findingsOf(cases, ratios, 'stream'),
  ]
  if (findings.length === 0) return null
  const lead = leadOf(cases, ratios)
  const whose = digests.length === 1 ? '' : ` (${base.name})`
  return html`<h3>${placeTitle(digests, place)}${whose}</h3>
${lead === null ? null : html`<p class="lead">${lead}</p>`}
<ul>${findings.map(renderFinding)}</ul>`
}

function renderFinding({ about, sentences }: Finding): Html {
  return html`<li><strong>${about}:</strong> ${sentences.join(' ')}</li>`
}

function comparisonPart({ comparison, digests, strangers, incomparable }: Collected): Html | null {
  if (digests.length === 1 && comparison === null) return null
  const [base] = digests
  const nameOf = sideNamer(digests)
  const against = comparison === null ? '' : nameOf(comparison.base)
  const told = comparison?.comparisons.slice(0, MOST_TOLD) ?? []
  const left = (comparison?.comparisons.length ?? 0) - told.length
  return html`<p class="lead">${comparison === null ? 'Nothing could be compared with the first result.' : conclusion(comparison)}</p>
<ul>
${told.map((one) => html`<li>${comparisonWords(one, nameOf(one.new), against)}</li>`)}
${left > 0 ? html`<li>${left} more results are compared in the same way.</li>` : null}
${incomparable
  .slice(0, MOST_TOLD)
  .map(
    ({ name, differences }) =>
      html`<li class="doubt">${name} answers another question than ${base?.name ?? ''}, so they are not compared: they differ in ${listed(differences.map((one) => `${one.name} (${one.base}, ${one.new})`))}.</li>`,
  )}
${strangers.length > 0 ? html`<li>${listed(strangers.slice(0, MOST_TOLD))} ${strangers.length === 1 ? 'has' : 'have'} no case in common with ${base?.name ?? ''}.</li>` : null}
</ul>`
}

function comparisonWords({ pairs, notes }: Comparison, name: string, base: string): string {
  const rows = pairs.flatMap((pair) => pair.rows.map((row) => ({ pair, row })))
  const tested = rows.filter(({ row }) => row.effect !== null)
  const of = (verdict: Row['verdict']) => tested.filter(({ row }) => row.verdict === verdict)
  const told = (['worse', 'better'] as const).flatMap((verdict) => {
    const found = of(verdict)
    if (found.length === 0) return []
    const examples = found
      .toSorted((a, b) => size(b.row) - size(a.row))
      .slice(0, MOST_EXAMPLES)
      .map(
        ({ pair, row }) =>
          `${clip(pairTitle(pair), 72)} ${row.metric} ${valueWords(row.base.median, row.unit)} → ${valueWords(row.new.median, row.unit)}, ${verdictWords(row)}`,
      )
    const more = found.length > examples.length ? '; and more' : ''
    return [`${found.length} ${verdict} (${examples.join('; ')}${more})`]
  })
  const rest = restWords(pairs, told.length > 0)
  const sentence =
    told.length === 0 ? lowerFirst(rest) : `${told.join(', ')}${rest === '' ? '.' : `; ${rest}`}`
  return [`${name} against ${base}: ${sentence}`, ...notes].join(' ')
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}

function size({ effect }: Row): number {
  if (effect === null) return 0
  return effect.kind === 'ratio' ? Math.abs(Math.log(effect.estimate)) : Math.abs(effect.estimate)
}
