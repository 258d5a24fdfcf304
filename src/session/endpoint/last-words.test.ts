import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { lastWords, missedBy } from './last-words.js'

const ABORTED = `  #  /usr/bin/node[7051]: std::unique_ptr<...> Start() at ../src/node_platform.cc:68
  #  Assertion failed: (0) == (uv_thread_create(t.get(), start_thread, this))

----- Native stack trace -----

 1: 0xcb5167 node::Assert(node::AssertionInfo const&) [/usr/bin/node]
`

test('the line that says why, and not what is around it', () => {
  expect(lastWords(ABORTED)).toMatch(/^#\s+Assertion failed: .*uv_thread_create.*$/)
  expect(lastWords('\nfile.js:1\n  throw x\n\nError: no room\n    at x\n')).toBe('Error: no room')
  expect(lastWords('one\ntwo\n')).toBe('two')
  expect(lastWords(' \n')).toBe('')
  expect(lastWords('a'.repeat(5_000))).toHaveLength(200)
})

test('what had run out', () => {
  expect(missedBy(ABORTED)).toBe(constants.errno.EAGAIN)
  expect(
    missedBy('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'),
  ).toBe(constants.errno.ENOMEM)
  expect(missedBy('Error: no room')).toBe(0)
})
