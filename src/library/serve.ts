import { z } from 'zod'
import { usageError } from '../errors.js'
import { MAX_RATE_BITS_PER_SEC } from '../options/kind.js'
import { MAX_STREAMS } from '../options/measure.js'
import { shareDataPorts } from '../serve/data-ports.js'
import {
  DEFAULT_BOUNDS,
  DEFAULT_SESSIONS,
  MAX_PARALLEL,
  MAX_SESSIONS,
  startServing,
  TURN_NS,
} from '../serve/serve.js'
import { unconfinedWords } from '../serve/unconfined.js'
import { DEFAULT_LIMITS } from '../session/agent/admission.js'
import type { AgentEvent } from '../session/agent/agent.js'
import { isLoopback } from '../session/wire/addresses.js'
import { createKey, loadKey, parseKey, type SessionKey } from '../session/wire/key.js'
import { DEFAULT_PORT } from '../session/wire/protocol.js'
import { MAX_DURATION_NS, MAX_MESSAGE_BYTES } from '../units.js'
import { badRequest, checked } from './bad-request.js'

/** Of the far end of other people's runs. */
export interface ServeRequest {
  /** Numeric address. Beyond loopback with a key of yours only. Default: `127.0.0.1`. */
  readonly host?: string | undefined
  /** 0 to 65,535; 0 is any. Default: 28470. */
  readonly port?: number | undefined
  /** A file that holds the key and that nobody else can read. Default: a new key. */
  readonly keyFile?: string | undefined
  /** The key itself, 64 hexadecimal digits, in place of a file. */
  readonly key?: string | undefined
  /** Clients held at a time, 1 to 1,000; others are refused. Default: 16. */
  readonly maxSessions?: number | undefined
  /** Of these, from one address, 1 to 1,000. Default: all. */
  readonly maxSessionsPerAddress?: number | undefined
  /** Clients that measure at a time, 1 to 16; others wait. Default: 1. */
  readonly parallel?: number | undefined
  /** Clients that wait for that, 0 to 1,000; others are refused. Default: 15. */
  readonly maxQueue?: number | undefined
  /** Of a client, while others wait, whatever it told, a second to 48 h. Default: 4 h. */
  readonly maxTurnNs?: number | undefined
  /** Warm-up and measured phase of a repetition together, 1 to 48 h. Default: 3600e9. */
  readonly maxDurationNs?: number | undefined
  /** Of a stream each way, payload bits per second, whole. Default: no limit. */
  readonly maxRateBitsPerSec?: number | undefined
  /** Of a message, 1 to 64 MiB. Default: 64 MiB. */
  readonly maxMessageBytes?: number | undefined
  /** Connections of a stream each way, 1 to 64. Default: 64. */
  readonly maxStreams?: number | undefined
  /** For the buffers of all clients together. Default: 1 GiB. */
  readonly maxMemoryBytes?: number | undefined
  /** Wrong keys of an address in a minute, after which nobody there is listened to for the rest of it. Default: 60. */
  readonly maxFailures?: number | undefined
  /** Clients may choose the CPUs of this end. Default: false. */
  readonly allowCpu?: boolean | undefined
  /** Clients of before challenges of data, which do not return any, are refused. Default: false. */
  readonly refuseOlder?: boolean | undefined
  /** Clients on other machines are served even where this one does not confine what measures for them. Default: false. */
  readonly allowUnconfined?: boolean | undefined
  /** Ports for data, both included, at least one for each session that measures. Default: any. */
  readonly dataPorts?: { readonly first: number; readonly last: number } | undefined
  /** Where metrics are served in the text format of Prometheus, to whoever reaches it: GET /metrics; port 0 is any. Default: nowhere. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
  /** What this end uses for RDMA. Default: by the address that clients reach. */
  readonly rdma?:
    | {
        readonly device?: string | null | undefined
        readonly port?: number | null | undefined
        readonly gidIndex?: number | null | undefined
      }
    | undefined
  /** Makes a SoftRoCE device where there is no RDMA device, and removes it at the end. Default: false. */
  readonly softRoce?: boolean | undefined
}

export type ServeEvent =
  | AgentEvent
  /** A line for people: what the search for an RDMA device did, and that nothing here confines what measures for clients. */
  | { type: 'note'; text: string }

export interface ServeOptions {
  /** Ends it, as `close()` does. */
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: ServeEvent) => void) | undefined
}

/** An agent that listens. */
export interface Serving {
  readonly host: string
  readonly port: number
  /** 64 hexadecimal digits: whoever has it can measure with this machine. */
  readonly key: string
  /** Ends its sessions and all it has started. Idempotent. */
  close(): Promise<void>
}

const whole = (min: number, max: number) => z.int().min(min).max(max)
const port = whole(1, 65_535)
const serveSchema: z.ZodType<ServeRequest> = z
  .strictObject({
    host: z.union([z.ipv4(), z.ipv6()]),
    port: whole(0, 65_535),
    keyFile: z.string().min(1),
    key: z.string(),
    maxSessions: whole(1, MAX_SESSIONS),
    maxSessionsPerAddress: whole(1, MAX_SESSIONS),
    parallel: whole(1, MAX_PARALLEL),
    maxQueue: whole(0, MAX_SESSIONS),
    maxTurnNs: whole(TURN_NS.min, TURN_NS.max),
    maxDurationNs: whole(1, 2 * MAX_DURATION_NS),
    maxRateBitsPerSec: whole(1, MAX_RATE_BITS_PER_SEC),
    maxMessageBytes: whole(1, MAX_MESSAGE_BYTES),
    maxStreams: whole(1, MAX_STREAMS),
    maxMemoryBytes: whole(1, Number.MAX_SAFE_INTEGER),
    maxFailures: whole(1, 1_000_000),
    allowCpu: z.boolean(),
    refuseOlder: z.boolean(),
    allowUnconfined: z.boolean(),
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
  })
  .partial()

/**
 * Serves the runs of others, as `xrbench serve` does, until it is closed.
 * @throws {XrbenchError} of exit code 2 for what cannot be asked (`XRB_BAD_REQUEST`, `XRB_LISTEN`, `XRB_KEY`, `XRB_BAD_PORTS`), of 3 for what
 * this machine lacks (`XRB_PORT_TAKEN`, `XRB_ADDRESS`, `XRB_KEY_FILE`, `XRB_METRICS`, `XRB_SOFT_ROCE`)
 */
export async function serve(
  request: ServeRequest = {},
  { signal, onEvent }: ServeOptions = {},
): Promise<Serving> {
  const asked = checked(serveSchema, request, 'request')
  const { host = '127.0.0.1', port = DEFAULT_PORT, dataPorts } = asked
  const maxSessions = asked.maxSessions ?? DEFAULT_SESSIONS.maxSessions
  const parallel = asked.parallel ?? DEFAULT_SESSIONS.parallel
  const maxQueue = asked.maxQueue ?? DEFAULT_SESSIONS.maxQueue
  const maxTurnMs = (asked.maxTurnNs ?? DEFAULT_SESSIONS.maxTurnMs * 1e6) / 1e6
  const key = await keyOf(asked)
  if (!isLoopback(host) && asked.key === undefined && asked.keyFile === undefined) {
    throw usageError(
      'XRB_LISTEN',
      `host: other machines can reach ${host}, so a key of yours is needed.`,
      'give key or keyFile, and the same one to run',
    )
  }
  signal?.throwIfAborted()
  const agent = await startServing({
    ...{ host, port, key },
    places: { all: maxSessions, perOrigin: asked.maxSessionsPerAddress ?? maxSessions },
    line: { parallel, maxQueue, maxTurnMs },
    limits: {
      allowCpu: asked.allowCpu ?? DEFAULT_LIMITS.allowCpu,
      allowNullCrypto: DEFAULT_LIMITS.allowNullCrypto,
      refuseOlder: asked.refuseOlder ?? DEFAULT_LIMITS.refuseOlder,
      maxDurationNs: asked.maxDurationNs ?? DEFAULT_LIMITS.maxDurationNs,
      maxRateBitsPerSec: asked.maxRateBitsPerSec ?? DEFAULT_LIMITS.maxRateBitsPerSec,
      maxMessageBytes: asked.maxMessageBytes ?? DEFAULT_LIMITS.maxMessageBytes,
      maxStreams: asked.maxStreams ?? DEFAULT_LIMITS.maxStreams,
    },
    allowUnconfined: asked.allowUnconfined ?? false,
    maxMemoryBytes: asked.maxMemoryBytes ?? DEFAULT_BOUNDS.maxMemoryBytes,
    maxFailures: asked.maxFailures ?? DEFAULT_BOUNDS.maxFailures,
    dataPorts:
      dataPorts === undefined ? null : shareDataPorts(dataPorts, 'dataPorts', port, parallel),
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
  return { host: agent.host, port: agent.port, key: key.toString('hex'), close }
}

async function keyOf({ key, keyFile }: ServeRequest): Promise<SessionKey> {
  if (key !== undefined && keyFile !== undefined) {
    throw badRequest('key and keyFile exclude one another.')
  }
  if (keyFile !== undefined) return await loadKey(keyFile)
  return key === undefined ? createKey() : parseKey(key, 'key')
}
