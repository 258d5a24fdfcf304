import { expect, test } from 'vitest'
import { amount, bitRate, percentage, time } from './quantity.js'

test.each([
  [null, '–'],
  [0, '0 ns'],
  [0.0037, '3.70 ps'],
  [0.5, '500 ps'],
  [0.000_004_2, '0.0042 ps'],
  [7.4, '7.40 ns'],
  [-5_000, '−5.00 µs'],
  [-0.0037, '−3.70 ps'],
  [Number.POSITIVE_INFINITY, '∞'],
  [999, '999 ns'],
  [999.6, '1.00 µs'],
  [20_149, '20.1 µs'],
  [999_960, '1.00 ms'],
  [1_250_000, '1.25 ms'],
  [61e9, '61.0 s'],
])('the time %s ns is %s', (ns, text) => {
  expect(time(ns)).toBe(text)
})

test.each([
  [null, '–'],
  [0, '0'],
  [42, '42'],
  [511.6, '512'],
  [999.9, '1.00 k'],
  [12_345, '12.3 k'],
  [1_620_000, '1.62 M'],
  [0.004, '0.004'],
])('%s things are %s', (count, text) => {
  expect(amount(count)).toBe(text)
})

test.each([
  [null, '–'],
  [812, '812 bit/s'],
  [24_116_000_000, '24.1 Gbit/s'],
  [9.5e6, '9.50 Mbit/s'],
])('%s bits per second are %s', (rate, text) => {
  expect(bitRate(rate)).toBe(text)
})

test.each([
  [null, '–'],
  [0, '0 %'],
  [1, '100 %'],
  [0.9999, '99.99 %'],
  [0.42, '42 %'],
  [0.000_75, '0.075 %'],
  [1e-9, '<0.0001 %'],
])('the fraction %s is %s', (fraction, text) => {
  expect(percentage(fraction)).toBe(text)
})
