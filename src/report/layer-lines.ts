import { formatSize } from '../units.js'
import type { LayerChain } from './layers.js'
import { ABSENT, time } from './quantity.js'
import { type Palette, wrap } from './text.js'

/** What each layer adds: chains of the same case below one heading, each from its lowest layer up. */
export function renderLayers(
  chains: readonly LayerChain[],
  width: number,
  style: Palette,
): string[] {
  if (chains.length === 0) return []
  const rows = chains.map((chain) => chain.layers.map((layer) => cellsOf(chain, layer)))
  const lines = rows.flat()
  const widths = [0, 1, 2, 3].map((i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)))
  // The spread is what a narrow terminal can do without.
  const isWide = widths.reduce((sum, one) => sum + one + 2, 0) <= width
  const line = (cells: readonly string[]) =>
    cells
      .slice(0, isWide ? 4 : 3)
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
  const legend =
    'More than the layer above it: the median round, least and most; rounds of one run are compared.'
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

function cellsOf({ measure }: LayerChain, { name, value, adds }: LayerChain['layers'][number]) {
  const text = (ns: number) => (measure === 'round-trip' ? time(ns) : `${time(ns)}/B`)
  const signed = (ns: number) => `${ns < 0 ? '−' : '+'}${text(Math.abs(ns))}`
  if (adds === null) return [name, text(value), '', '']
  return [
    name,
    text(value),
    adds.count === 0 ? ABSENT : signed(adds.median),
    adds.count < 2 ? '' : `(${signed(adds.min)} to ${signed(adds.max)})`,
  ]
}
