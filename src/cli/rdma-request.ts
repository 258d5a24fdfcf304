import type { RdmaOptions } from '../addon/addon.js'
import { usageError } from '../errors.js'
import { DEFAULT_RDMA } from '../plan/rdma.js'
import {
  MAX_INLINE_BYTES,
  MAX_QUEUE_DEPTH,
  QUEUE_PAIR_TYPES,
  RDMA_OPERATIONS,
  WAYS_TO_CONNECT,
} from '../plan/rdma-words.js'
import { parseSize, parseWhole } from '../units.js'
import type { RunFlags } from './commands/run.js'
import { parseWord } from './list.js'
import { readRdmaPort } from './rdma-port.js'

/** As `readRunFlags` reads one option. */
export type ReadFlag = <T>(
  key: keyof RunFlags,
  parse: (text: string, label: string) => T,
  fallback: T,
) => T

/** The RDMA part of the command line. @throws {XrbenchError} exit 2 */
export function readRdmaFlags(
  flags: RunFlags,
  label: (key: keyof RunFlags) => string,
  read: ReadFlag,
): RdmaOptions {
  const number = (key: keyof RunFlags, min: number, max: number) =>
    read<number | null>(key, (text, label) => parseWhole(text, label, min, max), null)
  return {
    queuePair: read(
      'qp',
      (text, label) => parseWord(text, label, 'queue pair type', QUEUE_PAIR_TYPES),
      DEFAULT_RDMA.queuePair,
    ),
    operation: read(
      'operation',
      (text, label) => parseWord(text, label, 'operation', RDMA_OPERATIONS),
      DEFAULT_RDMA.operation,
    ),
    ...readRdmaPort(flags, label, (port) => `--peer HOST:${port}`),
    txDepth: number('txDepth', 1, MAX_QUEUE_DEPTH),
    rxDepth: number('rxDepth', 4, MAX_QUEUE_DEPTH),
    signalEvery: number('signalEvery', 1, MAX_QUEUE_DEPTH),
    postList: number('postList', 1, MAX_QUEUE_DEPTH),
    inlineBytes: read<number | null>('inline', parseInline, null),
    connectBy: read(
      'connectBy',
      (text, label) => parseWord(text, label, 'way to connect', WAYS_TO_CONNECT),
      DEFAULT_RDMA.connectBy,
    ),
    verify: flags.verify === true,
  }
}

function parseInline(text: string, label: string): number {
  const bytes = parseSize(text, label)
  if (bytes <= MAX_INLINE_BYTES) return bytes
  throw usageError('XRB_BAD_SIZE', `${label}: at most 4 KiB go inline.`, `${label} 220`)
}
