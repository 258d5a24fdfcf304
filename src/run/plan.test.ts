import { describe, expect, test } from 'vitest'
import { environmentError } from '../errors.js'
import { DEFAULT_REQUEST } from '../plan/request.js'
import { complete } from './asked.js'
import type { RunPlaces } from './places.js'
import { planFor } from './plan.js'
import type { MeasureRequest } from './request.js'

const asked = (request: Partial<MeasureRequest> = {}) =>
  complete({ transports: 'all', ...request }, { label: (key) => `--${key}` })
const nowhere: RunPlaces = { host: [], lab: [], device: null, leftOut: [] }
const device = { attempts: [], release: async () => {} }
const inLab: RunPlaces = {
  ...nowhere,
  host: ['tcp'],
  lab: ['rdma', 'tcp'],
  device: { ...device, step: 'lab', device: null, port: null, gidIndex: null, address: null },
}

const rows = (plan: ReturnType<typeof planFor>) =>
  plan.cases.map(({ place, transport, parameters: p }) => [
    place,
    transport,
    p.durationNs / 1e9,
    p.warmupCapNs / 1e9,
  ])

describe('the plan of a run', () => {
  test('is the ordinary one on this machine', () => {
    const plan = planFor(asked(), 4, { ...nowhere, host: ['tcp'] })
    expect(rows(plan)).toEqual([['host', 'tcp', 3, 4]])
    expect(plan.repetitions).toBe(DEFAULT_REQUEST.repetitions)
  })

  test('is shorter in the lab, and repeated less often wherever it goes on', () => {
    const plan = planFor(asked(), 4, inLab)
    expect(rows(plan)).toEqual([
      ['host', 'tcp', 3, 4],
      ['lab', 'rdma', 1, 0.5],
      ['lab', 'tcp', 1, 0.5],
    ])
    expect(plan.repetitions).toBe(4)
  })

  test('is what the user said, everywhere', () => {
    const plan = planFor(asked({ durationNs: 2e9, warmupCapNs: 0, repetitions: 7 }), 4, inLab)
    expect(rows(plan).map((row) => row.slice(2))).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
    ])
    expect(plan.repetitions).toBe(7)
    expect(planFor(asked({ iterations: 9 }), 4, inLab).cases[1]?.parameters).toMatchObject({
      durationNs: 0,
      iterations: 9,
    })
  })

  test('cuts what is measured into a dozen intervals at least, wherever it is', () => {
    const intervals = (request: Partial<MeasureRequest>) =>
      planFor(asked(request), 4, inLab).cases.map(({ parameters }) => parameters.intervalNs)
    expect(intervals({})).toEqual([250e6, 83_333_334, 83_333_334])
    expect(intervals({ durationNs: 12e9 })).toEqual([250e6, 250e6, 250e6])
    expect(intervals({ durationNs: 600e6 })).toEqual([50e6, 50e6, 50e6])
    expect(intervals({ durationNs: 1 })).toEqual([1e6, 1e6, 1e6])
    expect(intervals({ durationNs: 600e6, intervalNs: 300e6 })).toEqual([300e6, 300e6, 300e6])
    expect(intervals({ iterations: 9 })).toEqual([250e6, 250e6, 250e6])
  })

  test('uses the device that was chosen, over its own address', () => {
    const own = { device: 'rxe0', port: 1, gidIndex: 2, address: 'fd00::1' }
    const taken = { ...device, ...own, step: 'software' as const }
    const [c] = planFor(asked(), 4, { ...nowhere, host: ['rdma'], device: taken }).cases
    expect(c?.parameters.rdma).toMatchObject({ device: 'rxe0', port: 1, gidIndex: 2 })
    expect(c?.key).toBe('rdma/ping-pong/64B/block/rc/send')
  })

  test('gives QUIC packets as large as loopback carries, with the larger window', () => {
    const flags = asked({ quic: { udpPayloadBytes: 65_000 } })
    const [c] = planFor(flags, 4, { ...nowhere, host: ['quic'] }).cases
    const quic = { udpPayloadBytes: 65_000, windowBytes: 8 * 1024 ** 2 }
    expect(c?.parameters.quic).toMatchObject(quic)
  })

  test('keeps a row for what cannot be measured', () => {
    const why = environmentError('XRB_RDMA_UNAVAILABLE', 'No device.', 'get one')
    const leftOut = [{ transport: 'rdma' as const, why }]
    const plan = planFor(asked(), 4, { ...nowhere, host: ['tcp'], leftOut })
    expect(plan.cases.map((c) => c.transport)).toEqual(['tcp'])
    expect(plan.skipped).toMatchObject([
      {
        case: { key: 'rdma/ping-pong/64B/block/rc/send' },
        reason: { code: 'XRB_RDMA_UNAVAILABLE', message: 'No device.', hint: 'get one' },
      },
    ])
  })

  test('keeps that row for the ways to wait that it has, where others are measured', () => {
    const why = environmentError('XRB_RDMA_UNAVAILABLE', 'No device.', 'get one')
    const places = { ...nowhere, host: ['tcp' as const], leftOut: [{ transport: 'rdma', why }] }
    const plan = planFor(asked({ waits: ['busy-poll', 'block'] }), 4, places as RunPlaces)
    expect(plan.cases.map(({ parameters }) => parameters.wait)).toEqual(['busy-poll', 'block'])
    expect(plan.skipped?.map((one) => one.case.key)).toEqual(['rdma/ping-pong/64B/block/rc/send'])
  })
})
