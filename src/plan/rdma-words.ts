import type { ConnectBy, QueuePairType, RdmaOperation } from '../addon/addon.js'

export const QUEUE_PAIR_TYPES = ['rc', 'uc', 'ud'] as const satisfies readonly QueuePairType[]
export const WAYS_TO_CONNECT = ['exchange', 'rdma-cm'] as const satisfies readonly ConnectBy[]
export const RDMA_OPERATIONS = [
  'send',
  'write',
  'write-imm',
  'read',
  'fetch-add',
  'compare-swap',
] as const satisfies readonly RdmaOperation[]
export const MAX_QUEUE_DEPTH = 8192
export const MAX_INLINE_BYTES = 4096
/** An atomic operation works on one word (ibv_post_send(3)). */
export const ATOMIC_BYTES = 8
