import { ALPHA } from './level.js'

const MOST_DIGITS = 12

/** A p of a table: three decimals, or as many more as it takes not to be rounded up to where evidence ends; `<0.001` says enough. */
export function probabilityWords(p: number): string {
  if (p < 0.001) return '<0.001'
  let digits = 3
  while (p < ALPHA && Number(p.toFixed(digits)) >= ALPHA && digits < MOST_DIGITS) digits++
  return p.toFixed(digits)
}

/** A p within a sentence: two significant digits, or as many more. */
export function preciseProbability(p: number): string {
  let digits = 2
  while (p < ALPHA && Number(p.toPrecision(digits)) >= ALPHA && digits < MOST_DIGITS) digits++
  return p.toPrecision(digits)
}
