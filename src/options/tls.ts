import { word } from './kind.js'
import { option } from './option.js'
import { EARLY_DATA, ENCRYPTED, HANDSHAKES, lasting, TLS_ONLY } from './uses.js'

export const TLS_CIPHERS = ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'] as const
export type TlsCipher = (typeof TLS_CIPHERS)[number]
const TLS_HANDSHAKES = ['full', 'resumed', '0rtt'] as const
/** How each connection of a `connect` comes about: `0rtt` is `resumed` with the message in the first packets (RFC 8446, RFC 9001). */
export type TlsHandshake = (typeof TLS_HANDSHAKES)[number]
const KERNEL_TLS = ['off', 'auto', 'on'] as const
/** Whether the records are the kernel's (kTLS): never, where it can do it, or a refusal where it cannot. */
export type KernelTls = (typeof KERNEL_TLS)[number]

/** Of TLS 1.3, for TLS and QUIC. */
export const TLS = {
  /** Of a connect: one case for each that the transport has. `0rtt` is QUIC's. Default: `['full']`. */
  handshakes: option({
    flag: '--handshake <list>',
    kind: word('handshake', TLS_HANDSHAKES),
    default: ['full'],
    help: 'of a connect: full, resumed (by a ticket), 0rtt (QUIC; with the message in the first packets)',
    byDefault: 'full',
    each: 'handshake',
    of: [HANDSHAKES],
    only: { '0rtt': EARLY_DATA },
    otherwise: 'full',
    key: (value) => value,
    absent: 'full',
  }),
  /** The only one offered. Default: `aes-128-gcm`. */
  cipher: option({
    flag: '--cipher <name>',
    kind: word('cipher', TLS_CIPHERS),
    default: 'aes-128-gcm',
    help: 'aes-128-gcm, aes-256-gcm or chacha20-poly1305',
    byDefault: 'the first',
    of: [ENCRYPTED],
    key: (value) => value,
  }),
  /** kTLS: one case of TLS for each. Default: `['off']`. */
  kernel: option({
    flag: '--ktls <list>',
    kind: word('use of kTLS', KERNEL_TLS),
    default: ['off'],
    help: 'TLS records by the kernel: off, on, auto (where it can)',
    byDefault: 'off',
    each: 'kernel',
    of: [TLS_ONLY, lasting('ping-pong, stream or rr of TLS')],
    otherwise: 'off',
    key: (value) => (value === 'on' ? 'ktls' : `ktls=${value}`),
    absent: 'off',
  }),
} as const
