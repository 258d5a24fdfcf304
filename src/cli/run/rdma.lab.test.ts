import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readResult } from '../../results/store/store.js'
import { runCli } from '../fixtures/spawn-cli.js'

/** Two guests boot in some ten seconds on idle cores without KVM; tests may find them busy. */
const PATIENCE_MS = 240_000

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-rdma-lab-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('device and GID of both guests, rdma_cm, and what the ports counted', {
  timeout: PATIENCE_MS,
}, async () => {
  const output = join(folder, 'result.json')
  const { code, stderr } = await runCli([
    ...['run', '--lab', '--transport', 'rdma', '--connect-by', 'rdma-cm'],
    // By address it would be the one of IPv4, index 1.
    ...['--device', 'rxe0', '--gid-index', '2'],
    ...['--iterations', '200', '--warmup', '0s', '--repeat', '2', '--output', output],
  ])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { cases } = await readResult(output)
  const [measured] = cases
  expect(measured?.key).toBe('rdma/ping-pong/64B/block/rc/send/rdma-cm')
  const { client, server } = measured?.parameters.effective ?? {}
  for (const end of [client, server]) {
    expect(end?.rdma).toMatchObject({ device: 'rxe0', gidIndex: 2, connectBy: 'rdma-cm' })
  }
  expect(client?.rdma?.gid).toBe(server?.rdma?.remoteGid)
  expect(client?.rdma?.gid).toMatch(/^fd77::/)
  expect(measured?.repetitions).toHaveLength(2)
  for (const { rdmaCounters, status } of measured?.repetitions ?? []) {
    expect(status).toBe('completed')
    // A message each way, and its acknowledgement.
    expect(rdmaCounters?.client?.rdma_sends).toBeGreaterThanOrEqual(200)
    expect(rdmaCounters?.server?.rdma_recvs).toBeGreaterThanOrEqual(200)
    expect(rdmaCounters?.client?.sent_pkts).toBeGreaterThanOrEqual(400)
  }
})

it('requests and answers between two guests, every byte of them', {
  timeout: PATIENCE_MS,
}, async () => {
  const output = join(folder, 'rr.json')
  const { code, stderr } = await runCli([
    ...['run', '--lab', '--transport', 'rdma', '--workload', 'rr', '--response-size', '100k'],
    ...['--inflight', '4', '--verify', '--iterations', '100', '--warmup', '0s', '--repeat', '1'],
    ...['--output', output],
  ])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { cases } = await readResult(output)
  const [measured] = cases
  expect(measured?.key).toBe('rdma/rr/64B/block/response=100KiB/inflight=4/rc/send/verify')
  const [repetition] = measured?.repetitions ?? []
  expect(repetition).toMatchObject({ status: 'completed', loss: null })
  expect(repetition?.latency?.count).toBe(100)
  // A head for the message, and one for each of its parts of 32 KiB.
  expect(measured?.parameters.effective.server?.headerBytes).toBe(40 + 16 * 4)
})
