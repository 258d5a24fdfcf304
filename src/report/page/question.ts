import type { Row } from '../../compare/schema.js'
import type { CaseDigest, Value } from '../digest/digest.js'
import { bitRate, time } from '../words/quantity.js'

/** What variants of one workload and size are held against one another by, and how the answer is worded. */
export interface Question {
  metric: Row['metric']
  value: Value
  words(value: number): string
  /** Of the winner alone. */
  wins(name: string, value: string): string
  loses(name: string, factor: string): string
  at: string
  better: 'lower' | 'higher'
}

export const QUESTIONS: Record<CaseDigest['workload'], Question[]> = {
  'ping-pong': [latency('p50'), latency('p99')],
  rr: [latency('p50'), latency('p99')],
  // In the table alone: how connections come about is another case, not another transport.
  connect: [],
  stream: [
    {
      metric: 'throughput',
      value: 'goodput',
      words: bitRate,
      wins: (name, value) => `${name} carries the most, ${value}`,
      loses: (name, factor) => `${name} carries ${factor} of that`,
      at: 'in goodput',
      better: 'higher',
    },
  ],
}

function latency(metric: 'p50' | 'p99'): Question {
  return {
    metric,
    value: metric,
    words: time,
    wins: (name, value) => `${name} has the shortest round trip at ${metric}, ${value}`,
    loses: (name, factor) => `${name} takes ${factor} times as long`,
    at: `at ${metric}`,
    better: 'lower',
  }
}
