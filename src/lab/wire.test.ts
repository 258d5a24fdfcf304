import { describe, expect, test } from 'vitest'
import { findProgram } from './find-program.js'
import { parseNetem } from './wire.js'

describe('the words of --netem', () => {
  test.each(['delay 5ms loss 1%', 'delay 5ms 1ms distribution normal', 'loss gemodel 1% 10%'])(
    '%s',
    (words) => {
      expect(parseNetem(words, '--netem')).toEqual(words.split(' '))
    },
  )

  test.each(['', 'delay 5ms; reboot', 'dev eth0', '$(id)'])("'%s' is none", (words) => {
    expect(() => parseNetem(words, '--netem')).toThrow(/^--netem: .* is not what tc-netem takes\.$/)
  })

  // Where there is no tc there is no lab either.
  describe.runIf(findProgram('tc'))(
    'as tc judges them, before anything boots',
    { meta: { skipReason: 'tc (package iproute2) is missing' } },
    () => {
      test.each([
        ['delay soon', /tc-netem takes: Illegal "latency"\.$/],
        ['delay 5ms bogus 1', /tc-netem takes: What is "bogus"/],
        ['loss', /tc-netem takes: Command line is not complete/],
      ])('%s', (words, sentence) => {
        expect(() => parseNetem(words, '--netem')).toThrow(sentence)
      })
    },
  )
})
