import type {
  QuicMessages,
  QuicOpensslOptions,
  QuicOptions,
  TlsOptions,
  WorkloadName,
} from '../addon/addon.js'
import { filled, ofCase } from '../options/fill.js'
import type { Filled } from '../options/option.js'
import { QUIC } from '../options/quic.js'
import { TLS } from '../options/tls.js'
import { MIN_CIRCUMSTANCES } from './circumstances.js'

/** TLS options of a request, with defaults. */
export type TlsRequest = Filled<typeof TLS>
export const DEFAULT_TLS_REQUEST: TlsRequest = filled(TLS)
/** … of a case. */
export const DEFAULT_TLS: Readonly<TlsOptions> = ofCase(
  TLS,
  DEFAULT_TLS_REQUEST,
  {},
  { ...MIN_CIRCUMSTANCES, transport: 'tls' },
)

/** QUIC options of a request, with defaults. */
export type QuicRequest = Filled<typeof QUIC>
export const DEFAULT_QUIC: QuicRequest = filled(QUIC)

/** The options of one case, whose data are not checked. */
export function quicOptions(
  request: QuicRequest,
  messages: QuicMessages,
  workload: WorkloadName,
  nullCrypto = false,
): QuicOptions {
  const { udpPayloadBytes } = request
  const c = {
    ...MIN_CIRCUMSTANCES,
    transport: 'quic',
    workload,
    messages,
    udpPayloadBytes,
  } as const
  return { ...ofCase(QUIC, request, { messages, nullCrypto }, c), verify: false }
}

/** … of one case of `quic:openssl`, which has no others. */
export function quicOpensslOptions(
  { streams }: QuicRequest,
  workload: WorkloadName,
): QuicOpensslOptions {
  return { streams: workload === 'stream' ? streams : 1, verify: false }
}
