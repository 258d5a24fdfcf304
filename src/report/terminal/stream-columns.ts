import type { CaseResult } from '../../results/schema/schema.js'
import { ABSENT, amount, bitRate, digits, percentage } from '../words/quantity.js'
import { deviation } from '../words/spread.js'
import { type Column, numbers } from './column.js'
import { resentFraction } from './resent.js'

/** The columns of streams: what arrived, and what it cost. */
export const STREAM_COLUMNS: readonly Column[] = [
  numbers('goodput', 'figure', ({ summary }) => bitRate(summary?.spread.goodputBitsPerSec?.median)),
  numbers('±', 'figure', ({ summary }) => deviation(summary?.spread.goodputBitsPerSec)),
  numbers('msgs/s', 'figure', ({ summary }) => amount(summary?.spread.messagesPerSec?.median)),
  numbers('lost', 'figure', ({ summary }) => percentage(summary?.loss?.lostFraction)),
  numbers('resent', 'figure', (one) => percentage(resentFraction(one))),
  numbers('client', 'cost', cpuPerByte('client'), 'CPU, ns/B'),
  numbers('server', 'cost', cpuPerByte('server'), 'CPU, ns/B'),
]

function cpuPerByte(end: 'client' | 'server') {
  return ({ summary, parameters }: CaseResult) => {
    const perMessageNs = summary?.spread.cpuPerMessageNs[end]?.median
    const size = parameters.requested.messageSizeBytes
    return perMessageNs === undefined || size === 0 ? ABSENT : digits(perMessageNs / size, 3)
  }
}
