import type { DataPorts, OwnRdmaPort } from '../addon/addon.js'
import { captureEnvironment } from '../environment/capture.js'
import { deviceForAgent } from '../place/agent-device.js'
import {
  type Agent,
  type AgentEvent,
  type AgentOptions,
  startAgent,
} from '../session/agent/agent.js'
import type { SessionKey } from '../session/wire/key.js'
import { transportCapabilities } from '../transports/capabilities.js'

export const DEFAULT_MAX_DURATION_NS = 3600e9
export const MAX_SESSIONS = 16

export interface ServeSettings {
  /** Numeric. */
  readonly host: string
  /** 0: any. */
  readonly port: number
  readonly key: SessionKey
  readonly limits: AgentOptions['limits']
  readonly maxSessions: number
  readonly dataPorts: DataPorts | null
  readonly rdmaPort: OwnRdmaPort
  /** Makes a SoftRoCE device where there is no RDMA device. */
  readonly softRoce: boolean
  readonly onEvent: (event: AgentEvent) => void
  /** What the search for an RDMA device did. */
  readonly say: (line: string) => void
}

/**
 * Serves other people's runs until it is closed, with all that this machine can do.
 * @throws {XrbenchError} `XRB_PORT_TAKEN`, `XRB_ADDRESS`, `XRB_SOFT_ROCE` (exit 3)
 */
export async function startServing({ softRoce, say, ...settings }: ServeSettings): Promise<Agent> {
  const { host, rdmaPort } = settings
  const device = softRoce ? await deviceForAgent(host, rdmaPort, say) : undefined
  try {
    const agent = await startAgent({
      ...settings,
      transports: available(),
      environment: () => captureEnvironment({ address: host }),
    })
    const close = async () => {
      await agent.close()
      await device?.release()
    }
    return { ...agent, close }
  } catch (error) {
    await device?.release()
    throw error
  }
}

function available(): string[] {
  return transportCapabilities().flatMap((c) => (c.available ? [c.transport] : []))
}
