/** The agent of a lab: in a guest, for one client that the same host starts. Its input says where to listen; it ends with its guest. */

import { readFileSync } from 'node:fs'
import type { OwnRdmaPort } from '../../addon/addon.js'
import { captureEnvironment } from '../../environment/capture.js'
import { transportCapabilities } from '../../transports/capabilities.js'
import { MAX_DURATION_NS } from '../../units.js'
import { trusting } from '../wire/message-check.js'
import { DEFAULT_LIMITS } from './admission.js'
import { openAgent } from './server.js'

/** What the agent reads from its standard input, as JSON. */
export interface AgentStart {
  host: string
  port: number
  /** Hexadecimal digits. */
  key: string
  rdmaPort: OwnRdmaPort
}

const { host, port, key, rdmaPort } = JSON.parse(readFileSync(0, 'utf8')) as AgentStart
await openAgent(
  {
    host,
    port,
    key: Buffer.from(key, 'hex'),
    // Its client is the user who booted the guest: whatever the command line takes is allowed.
    limits: {
      ...DEFAULT_LIMITS,
      ...{ allowCpu: true, allowNullCrypto: true, maxDurationNs: 2 * MAX_DURATION_NS },
    },
    maxMemoryBytes: 1024 ** 3,
    maxFailures: 60,
    places: { all: 1, perOrigin: 1 },
    line: { parallel: 1, maxQueue: 0 },
    rdmaPort,
    dataPorts: null,
    transports: transportCapabilities().flatMap((c) => (c.available ? [c.transport] : [])),
    environment: () => captureEnvironment({ address: host }),
    forksAhead: true,
  },
  { first: trusting(), message: trusting(), hello: trusting() },
)
