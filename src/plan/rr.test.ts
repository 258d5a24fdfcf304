import { describe, expect, test } from 'vitest'
import { WORKLOAD_NAMES } from '../options/workloads.js'
import { buildPlan } from './build.js'
import { TRANSPORT_NAMES } from './case.js'
import { carriersOf } from './connects.js'
import { DEFAULT_REQUEST, type PlanRequest } from './request.js'

const plan = (changes: Partial<PlanRequest> = {}) =>
  buildPlan({ ...DEFAULT_REQUEST, transports: ['tcp'], workloads: ['rr'], ...changes }).cases
const keys = (changes: Partial<PlanRequest>) => plan(changes).map(({ key }) => key)

describe('rr', () => {
  test('asks 64 B for as many, one at a time, where nothing else is said', () => {
    const [c] = plan()
    expect(c?.key).toBe('tcp/rr/64B/block')
    expect(c?.parameters).toMatchObject({ responseSizeBytes: 64, inflight: 1 })
  })

  test('has what differs from that in its name', () => {
    expect(keys({ responseSizeBytes: 1024, inflight: 4, sizesBytes: [64, 1024] })).toEqual([
      'tcp/rr/64B/block/response=1KiB/inflight=4',
      'tcp/rr/1KiB/block/inflight=4',
    ])
  })

  test('says of a time for answers only where they can be lost', () => {
    expect(keys({ transports: ['tcp', 'udp'], messageTimeoutNs: 5e6 })).toEqual([
      'tcp/rr/64B/block',
      'udp/rr/64B/block/message-timeout=5ms',
    ])
  })

  test('has messages that no datagram holds', () => {
    expect(keys({ transports: ['udp'], sizesBytes: [1024 ** 2] })).toEqual(['udp/rr/1MiB/block'])
    expect(
      keys({
        transports: ['quic'],
        sizesBytes: [1024 ** 2],
        quic: { ...DEFAULT_REQUEST.quic, messages: ['datagram'] },
      }),
    ).toEqual(['quic/rr/1MiB/block/datagram'])
  })

  test('leaves its own out of other workloads', () => {
    for (const workload of WORKLOAD_NAMES.filter((one) => one !== 'rr')) {
      const [c] = plan({ workloads: [workload], inflight: 7, responseSizeBytes: 9 })
      expect(c?.parameters).toMatchObject({ responseSizeBytes: null, inflight: null })
      expect(c?.key).not.toMatch(/inflight|response/)
    }
  })

  test('is for every transport', () => {
    expect(carriersOf('rr')).toEqual(TRANSPORT_NAMES)
    expect(keys({ transports: ['quic:openssl', 'tcp', 'shm', 'rdma'] })).toEqual([
      'quic:openssl/rr/64B/block',
      'tcp/rr/64B/block',
      'shm/rr/64B/block',
      'rdma/rr/64B/block/rc/send',
    ])
  })
})
