import { expect, it } from 'vitest'
import { measuredOf } from './measured.js'

const what = { transport: 'tcp', workload: 'stream' } as const

it('of one whose process died there is what it had told of', () => {
  const soFar = { durationNs: 3e9, messages: 7, bytes: 700, lost: 0 }
  const left = { messages: 7, bytes: 700, seconds: 3 }
  expect(measuredOf(what, { outcome: null }, soFar)).toEqual({ ...what, status: 'failed', ...left })
  const nothing = { messages: 0, bytes: 0, seconds: 0 }
  expect(measuredOf(what, { outcome: null }, null)).toEqual({
    ...what,
    status: 'failed',
    ...nothing,
  })
})
