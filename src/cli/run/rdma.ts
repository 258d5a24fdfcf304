import { usageError } from '../../errors.js'
import {
  MAX_INLINE_BYTES,
  MAX_QUEUE_DEPTH,
  QUEUE_PAIR_TYPES,
  RDMA_OPERATIONS,
  WAYS_TO_CONNECT,
} from '../../plan/rdma-words.js'
import type { MeasureRequest } from '../../run/request.js'
import { parseSize, parseWhole } from '../../units.js'
import { parseWord } from '../flags/list.js'
import { readRdmaPort } from '../flags/rdma-port.js'
import type { RunFlags } from './flags.js'
import type { ReadFlag } from './read-flag.js'

/** The RDMA part of the command line. @throws {XrbenchError} exit 2 */
export function readRdmaFlags(
  flags: RunFlags,
  label: (key: keyof RunFlags) => string,
  read: ReadFlag,
): NonNullable<MeasureRequest['rdma']> {
  const number = (key: keyof RunFlags, min: number, max: number) =>
    read(key, (text, label) => parseWhole(text, label, min, max))
  const word = <T extends string>(key: keyof RunFlags, noun: string, known: readonly T[]) =>
    read(key, (text, label) => parseWord(text, label, noun, known))
  return {
    queuePair: word('qp', 'queue pair type', QUEUE_PAIR_TYPES),
    operation: word('operation', 'operation', RDMA_OPERATIONS),
    ...readRdmaPort(flags, label, (port) => `--peer HOST:${port}`),
    txDepth: number('txDepth', 1, MAX_QUEUE_DEPTH),
    rxDepth: number('rxDepth', 4, MAX_QUEUE_DEPTH),
    signalEvery: number('signalEvery', 1, MAX_QUEUE_DEPTH),
    postList: number('postList', 1, MAX_QUEUE_DEPTH),
    inlineBytes: read('inline', parseInline),
    connectBy: word('connectBy', 'way to connect', WAYS_TO_CONNECT),
  }
}

function parseInline(text: string, label: string): number {
  const bytes = parseSize(text, label)
  if (bytes <= MAX_INLINE_BYTES) return bytes
  throw usageError('XRB_BAD_SIZE', `${label}: at most 4 KiB go inline.`, `${label} 220`)
}
