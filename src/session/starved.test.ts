import { describe, it } from 'vitest'
import { buildRepetition } from '../results/repetition/repetition.js'
import type { CutPath } from '../transports/fixtures/cut-path.js'
import { badDay, type Moment, watchMoments } from './fixtures/bad-day.js'
import { testCase } from './fixtures/case.js'

/**
 * Three connections of a stream through a relay, of which one or all fall silent. Where its siblings go on, one that gets nothing for the
 * time-out is starved; where nothing moves the path is down.
 */

watchMoments()

/** A busy machine may let all of them rest for a while. */
const IDLE_NS = 2e9

/** Seen from the client: `down` while it measures; of `up` it knows when it has begun. */
const WAYS = [
  ['down', 'measure'],
  ['up', 'warm-up'],
] as const satisfies [string, Moment][]

async function during(direction: 'up' | 'down', moment: Moment, what: (path: CutPath) => void) {
  const c = testCase(
    { workload: 'stream' },
    {
      ...{ direction, streams: 3, messageSizeBytes: 4096, rateBitsPerSec: 30e6 },
      ...{ warmupCapNs: 200e6, durationNs: 4e9, idleTimeoutNs: IDLE_NS },
      // Little waits on the way: a sender, too, soon waits in vain.
      socket: {
        ...testCase().parameters.socket,
        sendBufferBytes: 16_384,
        receiveBufferBytes: 16_384,
      },
    },
  )
  let isDone = false
  const day = await badDay(
    c,
    (reached, _pids, path) => {
      if (reached !== moment || isDone || path === null) return
      isDone = true
      what(path)
    },
    { over: 'tcp', where: null },
  )
  await day.session.close()
  await day.agent.close()
  return { c, isDone, ...day }
}

describe.concurrent.each(WAYS)('a stream %s', (direction, moment) => {
  it('goes on when one connection is starved, and says so', async ({ expect }) => {
    const { c, report, isDone } = await during(direction, moment, (path) =>
      path.cutOne(1, 'silent'),
    )
    expect(isDone).toBe(true)
    expect(report.failure).toBeNull()
    const { status, starvedLinks, flags, bytes } = buildRepetition(c, 0, 0, report)
    expect({ status, starvedLinks }).toEqual({ status: 'completed', starvedLinks: 1 })
    expect(flags).toContain('starved-links')
    expect(bytes).toBeGreaterThan(0)
  })

  it('ends as stalled when all are silent', async ({ expect }) => {
    const { report } = await during(direction, moment, (path) => path.cut('silent'))
    expect(report.failure).toMatchObject({ code: 'XRB_STALLED' })
  })

  it('ends when one connection is closed', async ({ expect }) => {
    const { report } = await during(direction, moment, (path) => path.cutOne(1, 'closed'))
    expect(report.failure).toMatchObject({ code: 'XRB_PEER_CLOSED' })
  })
})
