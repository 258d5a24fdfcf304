import { expect, test } from 'vitest'
import { markAt } from './fixtures/reports.js'
import { byBytes, bySequence, matchedWindow } from './window.js'

const at = (seconds: number, bytes: number) => markAt(seconds, { bytes })
const measured = { first: at(10, 1_000), last: at(12, 5_000) }
const matched = (marks: ReturnType<typeof at>[]) => matchedWindow(marks, measured, byBytes)

test('takes the outermost marks within the measured phase', () => {
  const marks = [at(0, 0), at(1, 900), at(2, 1_100), at(3, 3_000), at(4, 4_800), at(5, 5_200)]
  expect(matched(marks)).toEqual({ first: marks[2], last: marks[4] })
})

test('leaves out the wait for the start and for the stop', () => {
  const marks = [at(0, 0), at(1, 1_000), at(2, 1_000), at(3, 5_000), at(9, 5_000)]
  expect(matched(marks)).toEqual({ first: marks[2], last: marks[3] })
})

test('falls back on the marks around the phase', () => {
  const marks = [at(0, 0), at(1, 800), at(2, 3_000), at(3, 6_000), at(4, 9_000)]
  expect(matched(marks)).toEqual({ first: marks[1], last: marks[3] })
})

test('is nothing when the end never came so far', () => {
  expect(matched([at(0, 0), at(1, 500)])).toBeNull()
})

test.each([[[]], [[at(1, 2_000)]]])('is nothing without two marks', (marks) => {
  expect(matched(marks)).toBeNull()
})

test('counts what was lost as sent', () => {
  const sent = (seconds: number, messages: number) => markAt(seconds, { messages })
  const received = {
    first: markAt(0, { messages: 90, lost: 10 }),
    last: markAt(1, { messages: 180, lost: 20 }),
  }
  const marks = [sent(0, 90), sent(1, 100), sent(2, 200), sent(3, 300)]
  expect(matchedWindow(marks, received, bySequence)).toEqual({ first: marks[1], last: marks[2] })
})
