import type { DataPorts, OwnRdmaPort } from '../addon/addon.js'
import { captureEnvironment } from '../environment/capture.js'
import { deviceForAgent } from '../place/agent-device.js'
import {
  type Agent,
  type AgentEvent,
  type AgentOptions,
  startAgent,
} from '../session/agent/agent.js'
import { isConfined, probeConfinement } from '../session/agent/confinement.js'
import type { SessionKey } from '../session/wire/key.js'
import { transportCapabilities } from '../transports/capabilities.js'
import { Metrics } from './metrics.js'
import { serveMetrics } from './metrics-server.js'

export interface ServeSettings {
  /** Numeric. */
  readonly host: string
  /** 0: any. */
  readonly port: number
  readonly key: SessionKey
  /** What operators decide; whether clients elsewhere are refused follows from what this machine has. */
  readonly limits: Omit<AgentOptions['limits'], 'refuseElsewhere'>
  /** Clients elsewhere are served even where nothing confines what measures for them. */
  readonly allowUnconfined: boolean
  readonly maxMemoryBytes: number
  readonly maxFailures: number
  readonly places: AgentOptions['places']
  readonly line: AgentOptions['line']
  readonly dataPorts: DataPorts | null
  /** Where metrics are served; `null`: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly rdmaPort: OwnRdmaPort
  /** Makes a SoftRoCE device where there is no RDMA device. */
  readonly softRoce: boolean
  readonly onEvent: (event: AgentEvent) => void
  /** What the search for an RDMA device did. */
  readonly say: (line: string) => void
}

interface ServingAgent extends Agent {
  /** What measures for clients is confined. */
  isConfined: boolean
  /** Where metrics are served. */
  metrics: { host: string; port: number } | null
}

/**
 * Serves other people's runs until it is closed, with all that this machine can do.
 * @throws {XrbenchError} `XRB_PORT_TAKEN`, `XRB_ADDRESS`, `XRB_METRICS`, `XRB_SOFT_ROCE` (exit 3)
 */
export async function startServing({
  softRoce,
  say,
  metrics: metricsAt,
  allowUnconfined,
  ...settings
}: ServeSettings): Promise<ServingAgent> {
  const { host, rdmaPort } = settings
  const confined = isConfined(await probeConfinement())
  const limits = { ...settings.limits, refuseElsewhere: !confined && !allowUnconfined }
  const metrics = new Metrics(confined)
  let agent: Agent | undefined
  const counts = () => agent?.counts() ?? { sessions: 0, measuring: 0, waiting: 0 }
  const told = metricsAt && (await serveMetrics(metricsAt, () => metrics.text(counts())))
  const release = async () => {
    await told?.close()
    await device?.release()
  }
  let device: Awaited<ReturnType<typeof deviceForAgent>> | undefined
  try {
    device = softRoce ? await deviceForAgent(host, rdmaPort, say) : undefined
    agent = await startAgent({
      ...{ ...settings, limits },
      onEvent: (event) => {
        metrics.tell(event)
        settings.onEvent(event)
      },
      transports: available(),
      environment: () => captureEnvironment({ address: host }),
    })
    const { close } = agent
    const closeAll = async () => {
      await close()
      await release()
    }
    const at = told && { host: told.host, port: told.port }
    return { ...agent, close: closeAll, isConfined: confined, metrics: at }
  } catch (error) {
    await release()
    throw error
  }
}

function available(): string[] {
  return transportCapabilities().flatMap((c) => (c.available ? [c.transport] : []))
}
