import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { environmentSchema } from '../results/schema/schema.js'
import { captureEnvironment } from './capture.js'
import { machineFiles } from './machine-files.js'

test('this machine is described, in the form that goes over the wire', async () => {
  const machine = await captureEnvironment({ address: '127.0.0.1' })
  expect(environmentSchema.parse(machine)).toEqual(machine)
  expect(machine).toMatchObject({
    hostname: hostname(),
    kernel: { architecture: process.arch },
    network: { address: '127.0.0.1', device: { name: 'lo', kind: 'loopback' } },
    software: { node: process.versions.node },
  })
  expect(machine.cpu.logicalCpus).toBeGreaterThan(0)
  expect(machine.kernel.release).not.toBeNull()
})

test('an address of nobody here has no interface', async () => {
  const { network } = await captureEnvironment({ address: '203.0.113.7' })
  expect(network).toEqual({ address: '203.0.113.7', device: null })
})

test('a machine that tells nothing is described by nulls', async () => {
  const files = machineFiles('/nowhere')
  const machine = await captureEnvironment({ files })
  expect(environmentSchema.parse(machine)).toEqual(machine)
  expect(machine).toMatchObject({
    kernel: { distribution: null, release: null, commandLine: null },
    cpu: { model: null, cores: null, governors: null, mitigations: null, constantTsc: null },
    memory: { totalBytes: null },
    clockSource: { current: null, available: null },
    virtualisation: { hypervisor: null, kind: null, emulatedCpu: null },
    limits: { allowedCpus: null, cpuQuota: null, lockedMemoryBytes: null },
    sysctls: {},
    rdma: [],
  })
})
