/** The agent of a lab: in a guest, for one client that the same host starts. Its input says where to listen; it ends with its guest. */

import { readFileSync } from 'node:fs'
import type { OwnRdmaPort } from '../../addon/addon.js'
import { captureEnvironment } from '../../environment/capture.js'
import { transportCapabilities } from '../../transports/capabilities.js'
import { MAX_DURATION_NS } from '../../units.js'
import { trusting } from '../wire/message-check.js'
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
const environment = captureEnvironment({ address: host })
await openAgent(
  {
    host,
    port,
    key: Buffer.from(key, 'hex'),
    // Its client is the user who booted the guest: whatever the command line takes is allowed.
    limits: { allowCpu: true, allowNullCrypto: true, maxDurationNs: 2 * MAX_DURATION_NS },
    maxSessions: 1,
    rdmaPort,
    dataPorts: null,
    transports: transportCapabilities().flatMap((c) => (c.available ? [c.transport] : [])),
    environment: () => environment,
    forksAhead: true,
  },
  { message: trusting(), hello: trusting() },
)
