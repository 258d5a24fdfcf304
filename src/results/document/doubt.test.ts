import { expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { doubts } from './doubt.js'

const doc = documentOf(mixedCases(), 1)
const [first, ...rest] = doc.cases

test('each doubt is told once, with what it means', () => {
  if (first === undefined) throw new Error('there is a case')
  const flagged = { ...doc, cases: [{ ...first, flags: ['loss', 'unpinned'] as const }, ...rest] }
  const found = doubts(flagged as unknown as typeof doc)
  expect(found.map(({ flag }) => flag)).toEqual(expect.arrayContaining(['loss', 'unpinned']))
  expect(new Set(found.map(({ flag }) => flag)).size).toBe(found.length)
  expect(found.find(({ flag }) => flag === 'loss')?.sentence).toMatch(/^messages were lost/)
})

test('where it was measured is no doubt', () => {
  const flagged = { ...doc, cases: doc.cases.map((c) => ({ ...c, flags: ['loopback' as const] })) }
  expect(doubts(flagged).map(({ flag }) => flag)).not.toContain('loopback')
})
