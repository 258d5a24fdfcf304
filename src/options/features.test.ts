import { expect, test } from 'vitest'
import { OPTION_FEATURES, optionFeatures } from './features.js'
import { ENTRIES } from './groups.js'

const names = (parameters: object) => optionFeatures(parameters).map(({ name }) => name)

test('what is announced has the names that agents have known it by', () => {
  const all = OPTION_FEATURES.map(({ name }) => name)
  expect([...all].sort()).toEqual(['option:mptcp', 'quic-messages:stream-each', 'wait:busy-poll'])
})

test('an option that agents of before do not know is announced, but for what came with a workload or a transport', () => {
  const since = ENTRIES.filter(({ option }) => option.isNewOnWire === true)
  expect(since.map(({ flag }) => `option:${flag}`)).toEqual(['option:mptcp'])
})

test('a case needs what it has, and does not stand where it would without', () => {
  expect(names({ wait: 'block', socket: { mptcp: false }, quic: null })).toEqual([])
  expect(names({ wait: 'busy-poll', socket: { mptcp: true }, quic: null })).toEqual([
    'wait:busy-poll',
    'option:mptcp',
  ])
  expect(names({ quic: { messages: 'stream-each' }, inflight: 4, unixType: 'seqpacket' })).toEqual([
    'quic-messages:stream-each',
  ])
})

test('the words of which the table knows more are its own', () => {
  for (const { option } of ENTRIES) {
    const { kind, only = {}, newWords = [] } = option
    const words = kind.is === 'word' ? kind.words : []
    for (const word of [...Object.keys(only), ...newWords]) expect(words).toContain(word)
  }
})
