/** What stands where nothing was measured, or where too little was measured to say a number. */
export const ABSENT = '–'

const TIME_UNITS: [string, number][] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
]
const BIT_UNITS: [string, number][] = [
  ['Tbit/s', 1e12],
  ['Gbit/s', 1e9],
  ['Mbit/s', 1e6],
  ['kbit/s', 1e3],
  ['bit/s', 1],
]
const COUNT_UNITS: [string, number][] = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
  ['', 1],
]

/** A time in its natural unit with three digits: `20.1 µs`. */
export function time(ns: number | null | undefined): string {
  return quantity(ns, TIME_UNITS)
}

/** A bit rate, powers of 1,000: `24.1 Gbit/s`. */
export function bitRate(bitsPerSec: number | null | undefined): string {
  return quantity(bitsPerSec, BIT_UNITS)
}

/** A number of things: `812 k`. Below 1,000 exact. */
export function amount(count: number | null | undefined): string {
  if (count !== null && count !== undefined && Number.isInteger(count) && count < 1_000) {
    return `${count}`
  }
  return quantity(count, COUNT_UNITS)
}

/** A part of the whole: `0.013 %`; less than a ten-thousandth of a percent is said to be that. */
export function percentage(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined) return ABSENT
  const percent = fraction * 100
  if (percent > 0 && percent < 0.0001) return '<0.0001 %'
  return `${Number(percent.toPrecision(2))} %`
}

/** Three significant digits in the largest unit that leaves at least one before the point. */
function quantity(value: number | null | undefined, units: [string, number][]): string {
  if (value === null || value === undefined) return ABSENT
  const [smallest] = units.slice(-1)
  // Rounded first, so that 999.96 µs becomes 1.00 ms and not 1000 µs.
  const rounded = Number(value.toPrecision(3))
  const [unit, factor] = units.find(([, size]) => rounded >= size) ?? smallest ?? ['', 1]
  return `${threeDigits(rounded / factor)} ${unit}`.trimEnd()
}

function threeDigits(value: number): string {
  if (value === 0) return '0'
  if (value >= 100) return value.toFixed(0)
  return value.toFixed(value >= 10 ? 1 : 2)
}
