import type { OwnRdmaPort } from '../../addon/addon.js'
import { captureEnvironment } from '../../environment/capture.js'
import { filled } from '../../options/fill.js'
import { SERVE } from '../../options/serve.js'
import { transportCapabilities } from '../../transports/capabilities.js'
import { MAX_DURATION_NS } from '../../units.js'
import { trusting } from '../wire/message-check.js'
import { DEFAULT_LIMITS } from './admission.js'
import { type Agent, type AgentEvent, openAgent } from './server.js'

/** What such an agent reads from its standard input, as JSON. */
export interface AgentStart {
  /** Numeric. */
  host: string
  /** 0: any. */
  port: number
  /** Hexadecimal digits. */
  key: string
  rdmaPort: OwnRdmaPort
}

const { maxMemoryBytes, maxFailures } = filled(SERVE)

/**
 * An agent for one client, which its own user starts as well: whatever the command line takes is allowed, and what is said is not judged. What
 * an operator says of agents, by variables too, is for others.
 * @throws {XrbenchError} as `openAgent`
 */
export function openOwnAgent(
  { host, port, key, rdmaPort }: AgentStart,
  onEvent: (event: AgentEvent) => void = () => {},
): Promise<Agent> {
  return openAgent(
    {
      host,
      port,
      key: Buffer.from(key, 'hex'),
      limits: {
        ...DEFAULT_LIMITS,
        ...{ allowCpu: true, allowNullCrypto: true, maxDurationNs: 2 * MAX_DURATION_NS },
      },
      maxMemoryBytes,
      maxFailures,
      places: { all: 1, perOrigin: 1 },
      line: { parallel: 1, maxQueue: 0 },
      rdmaPort,
      dataPorts: null,
      transports: transportCapabilities().flatMap((c) => (c.available ? [c.transport] : [])),
      environment: () => captureEnvironment({ address: host }),
      forksAhead: true,
      onEvent,
    },
    { first: trusting(), message: trusting(), hello: trusting() },
  )
}
