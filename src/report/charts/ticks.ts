import { amount, bitRate, time } from '../words/quantity.js'
import type { Range, Unit } from './chart.js'

/** Values worth a mark on a logarithmic axis from `low` to `high`: round ones, at most `most`. */
export function logTicks({ low, high }: Range, most: number): number[] {
  if (high / low < 4) return linearTicks(low, high, most)
  const first = Math.floor(Math.log10(low))
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, i) => 10 ** (first + i),
  )
  const within = (values: number[]) => values.filter((value) => value >= low && value <= high)
  const inTenfold = (...leading: number[]) =>
    within(decades.flatMap((decade) => leading.map((factor) => factor * decade)))
  const candidates = [
    inTenfold(1, 2, 5),
    inTenfold(1, 3),
    ...[1, 2, 3, 4].map((step) => within(decades.filter((_, i) => i % step === 0))),
  ]
  const found = candidates.find((values) => values.length <= most) ?? []
  const closer = inTenfold(1, 1.5, 2, 3, 4, 5, 7)
  return found.length < 3 && closer.length <= most ? closer : found
}

/** Round values in equal steps. */
export function linearTicks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most
  const size = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * size >= rough) ?? 10) * size
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}

/** The range of `values` with some air around, for a logarithmic axis. */
export function rangeOf(values: Iterable<number>): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, 0]
  for (const value of values) {
    if (!(value > 0)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (high === 0) return { low: 1, high: 10 }
  const air = Math.max(1.06, (high / low) ** 0.05)
  return { low: low / air, high: high * air }
}

/** A value with its unit. */
export function words(value: number, unit: Unit): string {
  switch (unit) {
    case 'ns':
      return time(value)
    case 'bit/s':
      return bitRate(value)
    case '1/s':
      return `${amount(value)}/s`
    case 's/GB':
      return `${Number(value.toPrecision(3))} s/GB`
  }
}

/** {@link words} without needless zeros: `1 ms`, not `1.00 ms`. */
export function tickWords(value: number, unit: Unit): string {
  return words(value, unit)
    .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '')
}

/** `64 B`, `1 KiB`, `1400 B`. */
export function sizeWords(bytes: number): string {
  const units: [string, number][] = [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ]
  const [unit, factor] = units.find(([, size]) => bytes >= size && bytes % (size / 2) === 0) ?? [
    'B',
    1,
  ]
  return `${bytes / factor} ${unit}`
}

/** Percentiles as the nines they stand for. */
export const NINES = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999] as const

export function depthOf(percent: number): number {
  // In whole numbers first: 1 - 0.999 is not 0.001.
  return percent === 0 ? 0 : -Math.log10(Number(((100 - percent) / 100).toPrecision(6)))
}
