import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from '../setup/paths.mjs'
import { MUTATIONS } from './list.mjs'

// They are tried at night alone: one whose place a change has taken away would be missing until then.

test.each(MUTATIONS)('$file has once what $find stands for', ({ file, find }) => {
  expect(readFileSync(`${root}/${file}`, 'utf8').split(find)).toHaveLength(2)
})

test('the tests that they are to fail are there', () => {
  const named = MUTATIONS.flatMap(({ tests, native }) => tests ?? native.alone)
  expect(named.filter((file) => !existsSync(`${root}/${file}`))).toEqual([])
})
