import { describe, expect, test } from 'vitest'
import { CONFIGURATIONS } from '../configurations.mjs'
import { readIperf3 } from './iperf3.mjs'
import { readSockperf } from './sockperf.mjs'
import { readXrbench } from './xrbench.mjs'

const [tcpStream, udpStream] = ['tcp', 'udp'].map((transport) =>
  CONFIGURATIONS.find((c) => c.transport === transport && c.workload === 'stream'),
)

describe('sockperf', () => {
  const printed = [
    'sockperf: Total 5593 observations; each percentile contains 55.93 observations',
    'sockperf: ---> <MAX> observation = 4238.414',
    'sockperf: ---> percentile 99.999 = 4238.414',
    'sockperf: ---> percentile 99.990 = 3677.346',
    'sockperf: ---> percentile 99.900 = 1550.848',
    'sockperf: ---> percentile 99.000 =  397.767',
    'sockperf: ---> percentile 50.000 =   73.598',
  ].join('\n')

  test('whole round trips are taken as they are', () => {
    expect(readSockperf(printed, 1)).toEqual({
      p50Ns: 73_598,
      p99Ns: 397_767,
      p999Ns: 1_550_848,
      maxNs: 4_238_414,
      samples: 5593,
    })
  })

  test('its halved latency is doubled', () => {
    expect(readSockperf(printed, 2).p50Ns).toBe(147_196)
  })

  test('anything else is refused', () => {
    expect(() => readSockperf('sockperf: ERROR', 1)).toThrow('sockperf printed nothing like')
  })
})

describe('iperf3', () => {
  const report = {
    start: { test_start: { blksize: 1400 } },
    end: { sum_sent: { bytes: 1000 }, sum_received: { bytes: 900, bits_per_second: 7200 } },
  }

  test("goodput and loss are the receiver's", () => {
    const figures = readIperf3(report, udpStream, 10_000)
    expect(figures.goodputBitsPerSec).toBe(7200)
    expect(figures.lossFraction).toBeCloseTo(0.1)
    expect(figures.deliveredFraction).toBeCloseTo(0.72)
  })

  test('TCP has no loss to report', () => {
    expect(readIperf3(report, tcpStream, undefined).lossFraction).toBeNull()
  })

  test('its own error is passed on', () => {
    const failed = { error: 'unable to connect', end: {} }
    expect(() => readIperf3(failed, tcpStream, undefined)).toThrow('unable to connect')
  })
})

test('an xrbench run that did not complete gives its reason, not its figures', () => {
  const repetition = { status: 'failed', failure: { message: 'The peer fell silent.' } }
  expect(() => readXrbench({ cases: [{ repetitions: [repetition] }] }, undefined)).toThrow(
    'The peer fell silent.',
  )
})
