import { z } from 'zod'
import { loadAddon } from '../addon/load.js'
import type { Asked } from '../options/option.js'
import { requestShape } from '../options/schema.js'
import { SERVE } from '../options/serve.js'
import { shareDataPorts } from '../serve/data-ports.js'
import { refuseMissingDevice } from '../serve/rdma-device.js'
import { startServing } from '../serve/serve.js'
import { termsOf } from '../serve/terms.js'
import { unconfinedWords } from '../serve/unconfined.js'
import type { AgentEvent } from '../session/agent/agent.js'
import { refuseUnkeyed } from '../session/wire/addresses.js'
import { createKey, loadKey, parseKey, type SessionKey } from '../session/wire/key.js'
import { DEFAULT_PORT } from '../session/wire/protocol.js'
import { badRequest, checked } from './bad-request.js'

/** Of the far end of other people's runs. */
export interface ServeRequest extends Asked<typeof SERVE> {
  /** Numeric address. Beyond loopback with a key of yours only. Default: `127.0.0.1`. */
  readonly host?: string | undefined
  /** 0 to 65,535; 0 is any. Default: 28470. */
  readonly port?: number | undefined
  /** A file that holds the key and that nobody else can read. Default: a new key. */
  readonly keyFile?: string | undefined
  /** The key itself, 64 hexadecimal digits, in place of a file. */
  readonly key?: string | undefined
  /** Ports for data, both included, at least one for each session that measures. Default: any. */
  readonly dataPorts?: { readonly first: number; readonly last: number } | undefined
  /** Where metrics are served in the text format of Prometheus, to whoever reaches it: GET /metrics; port 0 is any. Default: nowhere. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
  /** What this end uses for RDMA. Default: by the address that clients reach. */
  readonly rdma?:
    | {
        /** As in /sys/class/infiniband. Default: `null`, the one that has the address as a RoCE v2 GID. */
        readonly device?: string | null | undefined
        /** 1 to 255. Default: `null`, the first that is active. */
        readonly port?: number | null | undefined
        /** 0 to 65,535. Default: `null`, by address, RoCE v2. */
        readonly gidIndex?: number | null | undefined
      }
    | undefined
  /** Makes a SoftRoCE device where there is no RDMA device, and removes it at the end. Default: false. */
  readonly softRoce?: boolean | undefined
  /**
   * From now on no core of this whole process is written, and no other program of its user can read its memory, where the key is: no debugger, and no
   * process that measures for a client and was taken over. `xrbench serve` always does that; a program may not want it. Default: false.
   */
  readonly privateMemory?: boolean | undefined
}

/** What happens while it serves, for whoever shows or logs it. */
export type ServeEvent =
  | AgentEvent
  /** A line for people: what the search for an RDMA device did, and that nothing here confines what measures for clients. */
  | { type: 'note'; text: string }

/** Beside the request. */
export interface ServeOptions {
  /** Ends it, as `close()` does. Default: none. */
  readonly signal?: AbortSignal | undefined
  /** Told what happens. Default: nobody. */
  readonly onEvent?: ((event: ServeEvent) => void) | undefined
}

/** An agent that listens. */
export interface Serving {
  /** Numeric address at which it listens. */
  readonly host: string
  /** Port at which it listens, 1 to 65,535. */
  readonly port: number
  /** 64 hexadecimal digits: whoever has it can measure with this machine. */
  readonly key: string
  /** Where metrics are served; `null`: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  /** Ends its sessions and all it has started. Idempotent. */
  close(): Promise<void>
}

const whole = (min: number, max: number) => z.int().min(min).max(max)
const port = whole(1, 65_535)
const serveSchema = z
  .strictObject({
    host: z.union([z.ipv4(), z.ipv6()]),
    port: whole(0, 65_535),
    keyFile: z.string().min(1),
    key: z.string(),
    ...requestShape(SERVE),
    dataPorts: z
      .strictObject({ first: port, last: port })
      .refine(({ first, last }) => first <= last, 'first is after last'),
    metrics: z.strictObject({ host: z.union([z.ipv4(), z.ipv6()]), port: whole(0, 65_535) }),
    rdma: z
      .strictObject({
        device: z.string().nullable(),
        port: whole(1, 255).nullable(),
        gidIndex: whole(0, 65_535).nullable(),
      })
      .partial(),
    softRoce: z.boolean(),
    privateMemory: z.boolean(),
  })
  .partial() as z.ZodType<ServeRequest>

/**
 * Serves the runs of others, as `xrbench serve` does, until it is closed.
 * @throws {XrbenchError} of exit code 2 for what cannot be asked (`XRB_BAD_REQUEST`, `XRB_LISTEN`, `XRB_KEY`, `XRB_BAD_PORTS`), of 3 for what
 * this machine lacks (`XRB_PORT_TAKEN`, `XRB_ADDRESS`, `XRB_KEY_FILE`, `XRB_METRICS`, `XRB_NO_RDMA_DEVICE`, `XRB_SOFT_ROCE`)
 */
export async function serve(
  request: ServeRequest = {},
  { signal, onEvent }: ServeOptions = {},
): Promise<Serving> {
  const asked = checked(serveSchema, request, 'request')
  const { host = '127.0.0.1', port = DEFAULT_PORT, dataPorts } = asked
  const terms = termsOf(asked, host)
  const hasKey = asked.key !== undefined || asked.keyFile !== undefined
  refuseUnkeyed(host, hasKey, 'host', 'give key or keyFile, and the same one to run')
  const ports =
    dataPorts === undefined
      ? null
      : shareDataPorts(dataPorts, 'dataPorts', port, terms.line.parallel)
  refuseMissingDevice(asked.rdma?.device ?? null, 'rdma.device')
  signal?.throwIfAborted()
  // For good, so after what may be refused, and before there is a key.
  if (asked.privateMemory === true) loadAddon().makeMemoryPrivate()
  const key = await keyOf(asked)
  const agent = await startServing({
    ...{ host, port, key },
    ...terms,
    dataPorts: ports,
    metrics: asked.metrics ?? null,
    rdmaPort: {
      device: asked.rdma?.device ?? null,
      port: asked.rdma?.port ?? null,
      gidIndex: asked.rdma?.gidIndex ?? null,
    },
    softRoce: asked.softRoce ?? false,
    onEvent: (event) => onEvent?.(event),
    say: (text) => onEvent?.({ type: 'note', text }),
  })
  if (!agent.isConfined) {
    const { sentence } = unconfinedWords(asked.allowUnconfined ?? false)
    onEvent?.({ type: 'note', text: sentence })
  }
  let closed: Promise<void> | undefined
  const close = () => {
    signal?.removeEventListener('abort', end)
    closed ??= agent.close()
    return closed
  }
  const end = () => void close()
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted === true) end()
  const { metrics } = agent
  return { host: agent.host, port: agent.port, key: key.toString('hex'), metrics, close }
}

async function keyOf({ key, keyFile }: ServeRequest): Promise<SessionKey> {
  if (key !== undefined && keyFile !== undefined) {
    throw badRequest('key and keyFile exclude one another.')
  }
  if (keyFile !== undefined) return await loadKey(keyFile)
  return key === undefined ? createKey() : parseKey(key, 'key')
}
