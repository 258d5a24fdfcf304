import { describe, expect, test } from 'vitest'
import { CONFIGURATIONS } from '../configurations.mjs'
import { endpointSpec, readSummaries } from './endpoints.mjs'
import { readIperf3 } from './iperf3.mjs'
import { readMeasured, readOwnPerf } from './perf.mjs'
import { perftestCommand, readPerftest } from './perftest.mjs'
import { readSockperf } from './sockperf.mjs'
import { readXrbench, xrbenchCommand } from './xrbench.mjs'

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

test('a download is of the same bytes as its peer’s, and warm-up is in both', () => {
  const download = CONFIGURATIONS.find((c) => c.workload === 'download')
  const times = { warmupSeconds: 1, durationSeconds: 2, rateBitsPerSec: undefined }
  const line = xrbenchCommand(download, times).join(' ')
  expect(line).toContain('--transport quic --workload stream')
  expect(line).toContain('--direction down --warmup 0s --iterations 1024 --quic-messages stream')
  expect(line).not.toContain('--duration')
})

describe('the perf protocol', () => {
  test('goodput is what all answers brought in the time they took', () => {
    const times = { p50Ns: 1, p99Ns: 2, p999Ns: 3, maxNs: 4 }
    const printed = { requests: 2, responseBytes: 500, seconds: 0.5, ...times }
    const figures = { ...times, samples: 2, goodputBitsPerSec: 16_000, messageSizeBytes: null }
    expect(readMeasured(printed)).toEqual(figures)
  })

  test('a run of ours that did not complete gives its reason', () => {
    const failure = { message: 'The server fell silent.' }
    expect(() => readOwnPerf({ status: 'failed', failure })).toThrow('The server fell silent.')
    const goodput = { downBitsPerSec: 5 }
    const figures = readOwnPerf({ status: 'completed', failure: null, latency: null, goodput })
    expect(figures).toMatchObject({ goodputBitsPerSec: 5, p50Ns: null })
  })
})

test('of QUIC the direction with more packets is told', () => {
  const quic = { packetsSentPerMessage: 1.01, packetsReceivedPerMessage: 1.2 }
  const parameters = { requested: {}, effective: { client: { quic } } }
  const repetitions = [{ status: 'completed', flags: [] }]
  const figures = readXrbench({ cases: [{ parameters, flags: [], repetitions }] }, undefined)
  expect(figures.packetsPerMessage).toBe(1.2)
})

/** @param {string} name */
const verbs = (name) => CONFIGURATIONS.find((c) => c.name === `rdma ${name}`)
const TIMES = { warmupSeconds: 1, durationSeconds: 2 }

describe('perftest', () => {
  const latency = [
    ' #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec] ',
    ' 64      20000          12.33          37495.91      17.87    \t       414.51      \t1760.48\t\t9804.38 \t\t15350.64',
    '---------------------------------------------------------------------------------------',
  ].join('\n')

  test('halved round trips of send are doubled, those of read are whole already', () => {
    expect(readPerftest(latency, verbs('ping-pong rc send 64 B spin'))).toEqual({
      messageSizeBytes: 64,
      samples: 20_000,
      maxNs: 74_991_820,
      p50Ns: 35_740,
      p99Ns: 19_608_760,
      p999Ns: 30_701_280,
    })
    expect(readPerftest(latency, verbs('ping-pong rc read 64 B spin')).p50Ns).toBe(17_870)
  })

  test('bandwidth is in MiB, the rate in millions', () => {
    const printed = [
      ' #bytes     #iterations    BW peak[MB/sec]    BW average[MB/sec]   MsgRate[Mpps]',
      ' 65536      2240             0.00               70.00  \t\t   0.001120',
    ].join('\n')
    const figures = readPerftest(printed, verbs('stream rc write 64 KiB spin'))
    expect(figures.goodputBitsPerSec).toBe(70 * 2 ** 20 * 8)
    expect(figures.messagesPerSec).toBeCloseTo(1120)
  })

  test('anything else is refused', () => {
    expect(() => readPerftest("Couldn't connect", verbs('ping-pong rc send 64 B spin'))).toThrow(
      "perftest printed no figures: Couldn't connect",
    )
  })

  test('is told what is compared, and polls where xrbench spins', () => {
    const line = (/** @type {string} */ name, /** @type {number | null} */ iterations) =>
      perftestCommand(verbs(name), TIMES, iterations).join(' ')
    const device = '-d rxe0 -x 1 -p 18515 -F'
    expect(line('ping-pong ud send 64 B spin', 500)).toBe(
      `ib_send_lat ${device} -c UD -s 64 -n 500`,
    )
    expect(line('ping-pong rc send 64 B block', 500)).toBe(`ib_send_lat ${device} -s 64 -e -n 500`)
    expect(line('ping-pong rc fetch-add 8 B spin', 500)).toBe(
      `ib_atomic_lat ${device} -A FETCH_AND_ADD -n 500`,
    )
    expect(line('stream rc read 64 KiB spin', null)).toBe(`ib_read_bw ${device} -s 65536 -D 4 -f 1`)
  })
})

describe("xrbench's endpoints", () => {
  /** @type {import('../rdma/summary.mjs').Summary} */
  const nothing = {
    failure: null,
    messages: 0,
    elapsedNs: 0,
    lost: 0,
    latency: null,
    settings: null,
  }
  const some = { ...nothing, messages: 3000, elapsedNs: 1.5e9 }

  test('a stream is counted where it arrives: at the server, of reads at the client', () => {
    expect(readSummaries(verbs('rate rc write 64 B spin'), nothing, some).messagesPerSec).toBe(2000)
    expect(readSummaries(verbs('stream rc read 64 KiB spin'), some, nothing)).toMatchObject({
      messagesPerSec: 2000,
      goodputBitsPerSec: 2000 * 8 * 65_536,
      lossFraction: null,
    })
    expect(
      readSummaries(verbs('rate ud send 64 B spin'), nothing, { ...some, lost: 1000 }),
    ).toEqual({ messagesPerSec: 2000, goodputBitsPerSec: 2000 * 8 * 64, lossFraction: 0.25 })
  })

  test('what went wrong at either end is told', () => {
    const failed = { ...nothing, failure: 'The port went down.' }
    expect(() => readSummaries(verbs('rate rc write 64 B spin'), nothing, failed)).toThrow(
      'xrbench did not complete: The port went down.',
    )
  })

  test('reads are drawn by the client', () => {
    const end = { role: /** @type {const} */ ('client'), localAddress: '192.0.2.1', cpus: [1] }
    const spec = (/** @type {string} */ name) => endpointSpec(verbs(name), TIMES, end)
    expect(spec('stream rc read 64 KiB spin').direction).toBe('down')
    expect(spec('stream rc write 64 KiB spin').direction).toBe('up')
    expect(spec('ping-pong rc read 64 B spin').direction).toBe('up')
  })
})
