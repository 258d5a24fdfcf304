import { FLAG_SENTENCES, sortFlags } from '../../results/schema/flag-names.js'
import type { Collected } from '../digest/collect.js'
import type { Digest } from '../digest/digest.js'
import type { MachineFacts } from '../digest/machines.js'
import { type Html, html } from './html.js'

const MOST_RESULTS = 50
const MOST_NAMES = 6
const LONG = 160

/** The machines side by side; what is not the same everywhere is marked. */
export function renderMachines(machines: readonly MachineFacts[], results: number): Html {
  const names = [...new Set(machines.flatMap(({ facts }) => [...facts.keys()]))]
  const rows = names.map((name) => {
    const values = machines.map(({ facts }) => facts.get(name) ?? null)
    // What is unknown at one end is not held against the other.
    const known = values.filter((value) => value !== null)
    return { name, values, differs: new Set(known).size > 1 }
  })
  const order = [
    ...rows.filter(({ differs }) => differs),
    ...rows.filter(({ differs }) => !differs),
  ]
  const shown = new Set(machines.map(({ title }) => title.replace(/, (host|lab): .*$/, ''))).size
  return html`<p>${machines.length > 1 ? 'What differs stands first and is marked by ≠. ' : ''}What could not be found out is left empty.${results > shown ? ` The machines of the first ${shown} results are shown.` : ''}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Machines"><table class="facts">
<thead><tr><th scope="col"></th>${machines.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${order.map(
    ({ name, values, differs }) =>
      html`<tr${differs ? html` class="differs"` : null}><th scope="row">${differs ? '≠ ' : ''}${name}</th>${values.map((value) => html`<td>${factCell(value)}</td>`)}</tr>\n`,
  )}</tbody></table></div>`
}

/** A long list is folded: the page stays a page. */
function factCell(value: string | null): Html | string {
  if (value === null || value.length <= LONG) return value ?? ''
  const count = value.split(', ').length
  return html`<details><summary>${count > 1 ? `${count} entries` : `${value.slice(0, 40)} …`}</summary>${value}</details>`
}

/** What each flag means, and which cases have it. */
export function renderFlags(digests: readonly Digest[]): Html {
  const isOne = digests.length === 1
  const whole = digests.flatMap(({ flags }) => flags)
  const cases = digests.flatMap((digest) =>
    digest.cases.map((one) => ({
      flags: one.flags,
      shares: one.flagShares,
      name: `${one.key}${one.place === 'lab' ? ' (lab)' : ''}${isOne ? '' : ` · ${digest.name}`}`,
    })),
  )
  const flags = sortFlags([...whole, ...cases.flatMap((one) => one.flags)])
  if (flags.length === 0) return html`<p>There are none: nothing is known against any case.</p>`
  return html`<ul>${flags.map((flag) => {
    const own = cases
      .filter((one) => one.flags.includes(flag))
      .map(({ name, shares }) => (flag in shares ? `${name} (${shares[flag]} runs)` : name))
    return html`<li><code>${flag}</code>: ${FLAG_SENTENCES[flag]}. <span class="muted">Where: ${where(own, cases.length)}.</span></li>\n`
  })}</ul>`
}

function where(names: readonly string[], all: number): string {
  if (names.length === 0) return 'the run as a whole'
  const isPartial = names.some((name) => name.endsWith(' runs)'))
  if (names.length === all && !isPartial) return all === 1 ? (names[0] ?? '') : `all ${all} cases`
  const more = names.length - MOST_NAMES
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** What the report was made from: enough to measure it again. */
export function renderResults({ digests }: Collected): Html {
  const more = digests.length - MOST_RESULTS
  return html`<ul>${digests
    .slice(0, MOST_RESULTS)
    .map(
      (one) =>
        html`<li><strong>${one.name}</strong>: ${one.file}, measured ${one.startedAt}, ${one.status}, ${one.planned} ${one.planned === 1 ? 'repetition' : 'repetitions'} of each case, xrbench ${one.version}${one.commit === null ? '' : ` (${one.commit})`}.<br><code>${one.command}</code></li>\n`,
    )}</ul>
${more > 0 ? html`<p>And ${more} more.</p>` : null}`
}
