/** What stands where nothing was measured, or where too little was measured to say a number. */
export const ABSENT = '–'
/** What stands where no number is great enough. */
export const INFINITE = '∞'

const TIME_UNITS: [string, number][] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
  ['ps', 1e-3],
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

/** Times that stand beside one another: how each is written in the unit of the greatest, to the fourth of its digits. */
export function timesAlike(ns: readonly number[]): (ns: number) => string {
  const greatest = Math.max(...ns.map(Math.abs))
  const [unit, factor] = TIME_UNITS.find(([, size]) => greatest >= size) ?? ['ps', 1e-3]
  const decimals = Math.max(0, 3 - Math.max(0, Math.floor(Math.log10(greatest / factor))))
  return (value) => `${(value / factor).toFixed(decimals)} ${unit}`
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
  // What is not all of it never reads as if it were.
  if (percent < 100 && percent >= 99.5)
    return `${digits(100 - Number((100 - percent).toPrecision(2)), 12)} %`
  return `${digits(percent, 2)} %`
}

/** Three significant digits in the largest unit that leaves at least one before the point. */
function quantity(value: number | null | undefined, units: [string, number][]): string {
  if (value === null || value === undefined) return ABSENT
  if (value === Number.POSITIVE_INFINITY) return INFINITE
  // Rounded first, so that 999.96 µs becomes 1.00 ms and not 1000 µs.
  const rounded = Number(Math.abs(value).toPrecision(3))
  const known = units.filter(([, size]) => size >= 1 || rounded > 0)
  const [unit, factor] = known.find(([, size]) => rounded >= size) ?? known.at(-1) ?? ['', 1]
  return `${value < 0 ? '−' : ''}${threeDigits(rounded / factor)} ${unit}`.trimEnd()
}

function threeDigits(value: number): string {
  if (value < 1) return digits(value, 3)
  if (value >= 100) return value.toFixed(0)
  return value.toFixed(value >= 10 ? 1 : 2)
}

/** So many significant digits and no exponent, without needless zeros, in thousands: `0.000412`, `12,300`. */
export function digits(value: number, significant: number): string {
  if (value === Number.POSITIVE_INFINITY) return INFINITE
  return Number(value.toPrecision(significant)).toLocaleString('en-US', {
    maximumFractionDigits: 20,
  })
}
