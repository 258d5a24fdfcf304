import { describe, expect, test } from 'vitest'
import { CONFIGURATIONS, selectConfigurations } from './configurations.mjs'
import { parseOptions } from './options.mjs'
import { expandList } from './place.mjs'
import { without } from './prepare.mjs'
import { labArguments } from './rdma/in-lab.mjs'
import { orderOf } from './rounds.mjs'
import { comparedFigure, judge, ratioSpread, spread } from './statistics.mjs'
import { renderConfiguration } from './table.mjs'

/** @param {[number, number | null][]} pairs */
const roundsOf = (pairs) =>
  pairs.map(([ours, theirs]) => ({
    order: [],
    figures: { xrbench: { p50Ns: ours }, bare: theirs === null ? undefined : { p50Ns: theirs } },
    failures: theirs === null ? { bare: 'it fell over' } : {},
  }))

describe('words', () => {
  test('none choose everything that runs on this machine', () => {
    expect(selectConfigurations([])).toEqual(
      CONFIGURATIONS.filter((c) => c.transport === 'tcp' || c.transport === 'udp'),
    )
    expect(selectConfigurations(['ping-pong']).map((c) => c.transport)).not.toContain('rdma')
  })

  test('of RDMA alone choose RDMA', () => {
    const names = (/** @type {string[]} */ ...words) =>
      selectConfigurations(words).map((c) => c.name)
    expect(names('rdma')).toEqual(
      CONFIGURATIONS.filter((c) => c.transport === 'rdma').map((c) => c.name),
    )
    expect(names('read')).toEqual([
      'rdma ping-pong rc read 64 B spin',
      'rdma stream rc read 64 KiB spin',
    ])
    expect(names('ud', 'rate')).toEqual(['rdma rate ud send 64 B spin'])
  })

  test('QUIC and TLS run when they are asked for', () => {
    const names = (/** @type {string[]} */ ...words) =>
      selectConfigurations(words).map((c) => c.name)
    expect(names('stream', 'tls')).toEqual(['tls stream default size block'])
    expect(names('download')).toEqual(['quic download 256 MiB block', 'tls download 256 MiB block'])
    expect(names('requests')).toEqual(['quic requests 64 B block'])
    expect(names('quic', 'ping-pong')).toEqual([
      'quic ping-pong 64 B spin',
      'quic ping-pong datagram 64 B spin',
    ])
    expect(names('spin', 'block').some((name) => /quic|tls/.test(name))).toBe(false)
  })

  test('of one kind widen, of several kinds narrow', () => {
    const names = selectConfigurations(['ping-pong', '64', '1k', 'tcp', 'spin']).map((c) => c.name)
    expect(names).toEqual(['tcp ping-pong 64 B spin', 'tcp ping-pong 1 KiB spin'])
  })

  test('unknown and impossible ones are refused', () => {
    expect(() => selectConfigurations(['sctp'])).toThrow("Nothing is called 'sctp'.")
    expect(() => selectConfigurations(['paced', 'tcp'])).toThrow('paced and tcp at once')
    expect(() => selectConfigurations(['rdma', 'tcp'])).toThrow('RDMA is compared in the lab')
  })
})

test('every other round runs backwards', () => {
  const tools = ['a', 'b', 'c']
  expect([0, 1, 2].map((round) => orderOf(tools, round).join(''))).toEqual(['abc', 'cba', 'abc'])
})

test('the kernel lists CPUs as ranges', () => {
  expect(expandList('0-2,5')).toEqual([0, 1, 2, 5])
})

describe('the lab', () => {
  test('runs the same words in one guest, which may write only where the figures go', () => {
    const options = parseOptions(['rdma', 'read', '--pairs', '9', '--output', '/tmp/a/b.json'], {})
    const argv = labArguments(options)
    expect(argv.slice(0, 6)).toEqual(['lab', '--guests', '1', '--writable', '/tmp/a', '--'])
    expect(argv).not.toContain('--peer-command')
    expect(argv.slice(argv.indexOf('--in-guest'))).toEqual(
      '--in-guest rdma read --guests 1 --pairs 9 --duration 2 --output /tmp/a/b.json'.split(' '),
    )
  })

  test('has the far end in a second guest when asked', () => {
    const argv = labArguments(parseOptions(['rdma', '--guests', '2'], {}))
    expect(argv[argv.indexOf('--peer-command') + 1]).toMatch(/far-end\.mjs 10\.77\.0\.2 \d+$/)
    expect(() => parseOptions(['--guests', '3'], {})).toThrow("--guests takes 1 or 2, not '3'.")
  })
})

describe('ratios', () => {
  test('are of what the workload is about', () => {
    const figures = ['ping-pong', 'requests', 'stream', 'paced', 'rate'].map((workload) =>
      comparedFigure({ workload }),
    )
    const goodput = 'goodputBitsPerSec'
    expect(figures).toEqual(['p50Ns', 'p50Ns', goodput, goodput, 'messagesPerSec'])
  })

  test('are formed within each round before their median is taken', () => {
    expect(
      ratioSpread(
        roundsOf([
          [10, 10],
          [30, 20],
          [8, 10],
        ]),
        'bare',
        'p50Ns',
      ),
    ).toEqual({
      median: 1,
      min: 0.8,
      max: 1.5,
      count: 3,
    })
  })

  test('a round without the peer counts for nothing', () => {
    expect(
      ratioSpread(
        roundsOf([
          [10, null],
          [10, 5],
        ]),
        'bare',
        'p50Ns',
      )?.count,
    ).toBe(1)
    expect(spread([])).toBeNull()
  })

  test('an even number of rounds has its median in between', () => {
    expect(spread([4, 1, 2, 3])?.median).toBe(2.5)
  })
})

describe('aims', () => {
  const aim = { peer: 'bare', metric: 'p50Ns', sense: 'at most', bound: 1.02 }

  test('are held against the median', () => {
    expect(
      judge(
        aim,
        roundsOf([
          [102, 100],
          [200, 100],
          [90, 100],
        ]),
      ).met,
    ).toBe(true)
    expect(judge(aim, roundsOf([[103, 100]])).met).toBe(false)
  })

  test('against a stack that cannot be had here stay open, and the others are compared', () => {
    const [download] = without(selectConfigurations(['quic', 'download']), new Set(['quiche']))
    expect(download.tools).toEqual(['xrbench', 'ngtcp2', 'quic-go', 'own-perf'])
    expect(download.aims.map(({ peer }) => peer)).toEqual(['ngtcp2', 'quiche'])
    const goodput = (/** @type {number} */ one) => ({ goodputBitsPerSec: one })
    const figures = { xrbench: goodput(2), ngtcp2: goodput(1) }
    const round = { order: download.tools, figures, failures: {} }
    expect(download.aims.map((one) => judge(one, [round]).met)).toEqual([true, null])
  })

  test('stay open when nothing was measured', () => {
    expect(judge(aim, roundsOf([[10, null]])).met).toBeNull()
  })
})

test('messages are the ratio of a rate', () => {
  const [configuration] = selectConfigurations(['rc', 'send', 'rate'])
  const figures = {
    xrbench: { messagesPerSec: 60_000, goodputBitsPerSec: 30_720_000 },
    perftest: { messagesPerSec: 40_000, goodputBitsPerSec: 20_480_000 },
  }
  const table = renderConfiguration(configuration, [{ order: [], figures, failures: {} }])
  expect(table.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual([
    'rdma rate rc send 64 B spin, 1 round',
    'messages | goodput | xrbench ÷ it (min–max) | aim | met',
    'xrbench | 60.0 k/s | 30.7 Mbit/s',
    'perftest | 40.0 k/s | 20.5 Mbit/s | 1.500 (1.500–1.500) | ≥ 1.50 | yes',
  ])
})

test('the table shows medians, ratio, aim, verdict and what failed', () => {
  const [configuration] = selectConfigurations(['tcp', 'ping-pong', '64', 'spin'])
  const table = renderConfiguration(
    configuration,
    roundsOf([
      [10_100, 10_000],
      [10_500, null],
    ]),
  )
  expect(table.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual([
    'tcp ping-pong 64 B spin, 2 rounds',
    'p50 | xrbench ÷ it (min–max) | aim | met',
    'xrbench | 10.30 µs',
    'bare | 10.00 µs | 1.010 (1.010–1.010) | ≤ 1.02 | yes',
    'sockperf | – | ≤ 1.00 | unknown',
    'round 2: bare failed: it fell over',
  ])
})
