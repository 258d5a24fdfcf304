import { expect, test } from 'vitest'
import { markAt } from '../fixtures/reports.js'
import { followedWindow } from './window.js'

const at = (seconds: number) => markAt(seconds)
const measured = { first: at(0), last: at(3) }
const followed = (...seconds: number[]) => {
  const window = followedWindow(seconds.map(at), measured)
  return window === null ? null : [window.first.timeNs / 1e9, window.last.timeNs / 1e9]
}

test('takes the marks of the same start and end', () => {
  expect(followed(0, 1, 2, 3)).toEqual([0, 3])
})

test('takes the nearest where the end was not known ahead', () => {
  expect(followed(0, 1.6, 3.2, 4.8)).toEqual([0, 3.2])
  expect(followed(0, 1.2, 2.4, 3.9)).toEqual([0, 2.4])
})

test('takes what there is of a phase that is over before the first mark in it', () => {
  expect(followed(0, 25)).toEqual([0, 25])
})

test('takes what there is of an end that went early', () => {
  expect(followed(0, 1, 1.5)).toEqual([0, 1.5])
})

test.each([[[]], [[2]]])('is nothing without two marks', (seconds) => {
  expect(followed(...seconds)).toBeNull()
})
