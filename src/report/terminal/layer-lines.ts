import type { LayerChain } from '../../compare/layers.js'
import { CONFIDENCE, CONFIDENCE_WORDS } from '../../compare/level.js'
import { formatSize } from '../../units.js'
import { time, timesAlike } from '../words/quantity.js'
import { type Palette, wrap } from './text.js'

/** What each layer adds: chains of the same case below one heading, each from its lowest layer up. */
export function renderLayers(
  chains: readonly LayerChain[],
  width: number,
  style: Palette,
): string[] {
  if (chains.length === 0) return []
  const titles = chains.map(titleOf)
  const known = chains.map((chain, i) =>
    Math.max(
      0,
      ...chains
        .slice(0, i)
        .map((other, j) => (titles[j] === titles[i] ? sharedBy(other, chain) : 0)),
    ),
  )
  // What an earlier chain told is not told again; the layer that the rest stands on is.
  const rows = chains.map((chain, i) => cellsOf(chain).slice(Math.max(0, (known[i] ?? 0) - 1)))
  const lines = rows.flat()
  const widths = [0, 1, 2, 3].map((i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)))
  // The interval is what a narrow terminal can do without.
  const isWide = widths.reduce((sum, one) => sum + one + 2, 0) <= width
  const line = (cells: readonly string[]) =>
    cells
      .slice(0, isWide ? 4 : 3)
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
  const weakest = Math.min(
    ...chains.flatMap(({ layers }) => layers.flatMap(({ adds }) => adds?.confidence ?? [])),
  )
  const sure =
    weakest < CONFIDENCE ? ` (of so few rounds: ${Math.floor(weakest * 100)} % or more)` : ''
  const legend = `First the figure of the table. Then what the layer adds to the one above it: Hodges-Lehmann over differences within the rounds of one run, as many forwards as backwards, with its ${CONFIDENCE_WORDS} interval${sure}; of figures over all samples the difference may be another.`
  return [
    style.bold('What each layer adds'),
    ...chains.flatMap((_, i) => [
      ...(titles[i] === titles[i - 1] ? [] : wrap(titles[i] ?? '', width).map(style.dim)),
      ...(rows[i] ?? []).map((cells) => `  ${line(cells)}`.trimEnd().slice(0, width)),
    ]),
    ...wrap(legend, width).map(style.dim),
  ]
}

/** With how many of the same layers both begin. */
function sharedBy(one: LayerChain, other: LayerChain): number {
  const at = other.layers.findIndex(({ key }, i) => one.layers[i]?.key !== key)
  return at === -1 ? other.layers.length : at
}

function titleOf({ place, workload, wait, messageSizeBytes, measure }: LayerChain): string {
  const size = messageSizeBytes === null ? '' : ` ${formatSize(messageSizeBytes)}`
  const what = measure === 'round-trip' ? 'full round trip, p50' : 'CPU per byte, both ends'
  return `${workload}${size} ${wait}${place === 'lab' ? ' in the lab' : ''}: ${what}`
}

/** The figure as the table writes it; what is added in the unit of the greatest, so that they are read beside one another. */
function cellsOf({ measure, layers }: LayerChain): string[][] {
  const perByte = measure === 'round-trip' ? '' : '/B'
  const words = timesAlike(layers.map(({ value }) => value))
  const signed = (ns: number) => `${ns < 0 ? '−' : '+'}${words(Math.abs(ns))}${perByte}`
  return layers.map(({ name, value, adds }) => [
    name,
    `${measure === 'round-trip' ? time(value) : words(value)}${perByte}`,
    ...(adds === null
      ? ['', '']
      : [
          signed(adds.estimate),
          adds.rounds < 2 ? '' : `(${signed(adds.low)} to ${signed(adds.high)})`,
        ]),
  ])
}
