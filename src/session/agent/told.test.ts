import { expect, it } from 'vitest'
import { peerError } from '../../errors.js'
import { asTold } from '../../fixtures/mutated.js'
import { streamReport } from '../../results/fixtures/reports.js'
import { agentMessageSchema } from '../wire/agent-messages.js'
import { SENTENCE_MAX_CHARS } from '../wire/protocol.js'
import { toldError, toldReport } from './told.js'

/** As long as a client hears, and longer. */
const TEXTS = [1, SENTENCE_MAX_CHARS, 2_000].map((length) => 'x'.repeat(length))

it.each(['error', 'refused'] as const)('%s: a client hears it, however long it is', (type) => {
  for (const text of TEXTS) {
    const message = { type, ...toldError(peerError('XRB_PEER_LIMIT', text, { hint: text })) }
    expect(agentMessageSchema.parse(message)).toEqual(message)
    expect(message.message.slice(0, 1_000)).toBe(text.slice(0, 1_000))
    expect(message.hint).toBe(message.message)
  }
  expect(toldError(peerError('XRB_PEER_LIMIT', 'No.'))).toMatchObject({
    message: 'No.',
    hint: null,
  })
})

it('a report: a client hears its faults, however long they are', () => {
  const { server } = streamReport({ messagesPerSec: 10, sizeBytes: 64 })
  for (const message of TEXTS) {
    const fault = { code: 'RDMA_NO_GID', op: 'gid', errno: 0, message }
    const outcome = server.outcome && { ...server.outcome, fault }
    const report = toldReport({ ...server, outcome, fault })
    const { success } = agentMessageSchema.safeParse(asTold({ type: 'finished', report }))
    expect(success).toBe(true)
    expect(report.fault?.message.slice(0, 1_000)).toBe(message.slice(0, 1_000))
    expect(report.outcome?.fault).toEqual(report.fault)
  }
  expect(toldReport(server)).toEqual(server)
})
