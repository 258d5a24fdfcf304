import { describe, it } from 'vitest'
import { watchMoments } from './fixtures/bad-day.js'
import { expectBadDay, KILLS, OTHERS, pingPongOver } from './fixtures/kills.js'

/** Each process killed or stopped at each moment, over each transport that `npm test` has one kill of. */

watchMoments()

describe.each(OTHERS)('over %s', (transport) => {
  // Some at once: each waits for deadlines most of the time.
  describe.concurrent('a ping-pong', () => {
    it.for(KILLS)('$signal of the $victim at $moment', { timeout: 120_000 }, (kill, { expect }) =>
      expectBadDay(pingPongOver(transport), kill, expect),
    )
  })
})
