import type { LayerChain } from '../../compare/layers.js'
import { CONFIDENCE, CONFIDENCE_WORDS } from '../../compare/level.js'
import { formatSize } from '../../units.js'
import { timesAlike } from '../words/quantity.js'
import { type Palette, wrap } from './text.js'

/** What each layer adds: chains of the same case below one heading, each from its lowest layer up. */
export function renderLayers(
  chains: readonly LayerChain[],
  width: number,
  style: Palette,
): string[] {
  if (chains.length === 0) return []
  const rows = chains.map(cellsOf)
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
  const legend = `More than the layer above it, to which it adds up: Hodges-Lehmann over the rounds of one run, as many forwards as backwards, with its ${CONFIDENCE_WORDS} interval${sure}.`
  const titles = chains.map(titleOf)
  return [
    style.bold('What each layer adds'),
    ...chains.flatMap((_, i) => [
      ...(titles[i] === titles[i - 1] ? [] : wrap(titles[i] ?? '', width).map(style.dim)),
      ...(rows[i] ?? []).map((cells) => `  ${line(cells)}`.trimEnd().slice(0, width)),
    ]),
    ...wrap(legend, width).map(style.dim),
  ]
}

function titleOf({ place, workload, wait, messageSizeBytes, measure }: LayerChain): string {
  const size = messageSizeBytes === null ? '' : ` ${formatSize(messageSizeBytes)}`
  const what = measure === 'round-trip' ? 'full round trip, p50' : 'CPU per byte, both ends'
  return `${workload}${size} ${wait}${place === 'lab' ? ' in the lab' : ''}: ${what}`
}

/** In one unit and to one step, so that the layers add up as they are shown. */
function cellsOf({ measure, layers }: LayerChain): string[][] {
  const { step, words } = timesAlike(layers.map(({ value }) => value))
  const text = (ns: number) => (measure === 'round-trip' ? words(ns) : `${words(ns)}/B`)
  const signed = (ns: number) => `${ns < 0 ? '−' : '+'}${text(Math.abs(ns))}`
  const rounded = (ns: number) => Math.round(ns / step) * step
  let value = rounded(layers[0]?.value ?? 0)
  return layers.map(({ name, adds }) => {
    if (adds === null) return [name, text(value), '', '']
    const more = rounded(adds.estimate)
    value += more
    return [
      name,
      text(value),
      signed(more),
      adds.rounds < 2 ? '' : `(${signed(rounded(adds.low))} to ${signed(rounded(adds.high))})`,
    ]
  })
}
