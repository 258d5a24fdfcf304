import { execFileSync } from 'node:child_process'
import { aimText, align, durationText, median } from './lines.mjs'

const ROUNDS = 8
/** Of this machine: RDMA without a device takes the lab, some minutes, with XRBENCH_TRANSPORT=rdma. */
const TRANSPORTS = process.env.XRBENCH_TRANSPORT ?? 'tcp,tls,udp,quic,unix,shm'
/** rr ÷ ping-pong, at p50. */
const AIM = 1.05

export const title =
  'What the message link costs: rr of 64 B, one under way, beside a ping-pong of 64 B'

/** Both in turn, A B B A; the ratio is formed within a round. */
export async function run() {
  const document = JSON.parse(
    execFileSync(
      process.execPath,
      [
        ...['dist/cli/main.js', 'run', '--json', '-q', '-t', TRANSPORTS],
        ...['-w', 'ping-pong,rr', '--wait', 'block,spin', '-d', '300ms', '--warmup', '200ms'],
        ...['-r', String(ROUNDS), '--interval', '100ms'],
      ],
      { maxBuffer: 1 << 28, encoding: 'utf8' },
    ),
  )
  const rows = document.cases
    .filter(({ workload }) => workload === 'rr')
    .map((rr) => {
      const { transport } = rr
      const { wait } = rr.parameters.requested
      const key = rr.key.replace('/rr/', '/ping-pong/')
      const floor = document.cases.find((one) => one.key === key)
      const [own, other] = [p50s(rr), p50s(floor)]
      const ratios = own.flatMap((value, i) =>
        value === null || other[i] == null ? [] : [value / other[i]],
      )
      const ratio = median(ratios)
      return [
        `${transport} ${wait}`,
        durationText(median(own.flatMap((value) => value ?? []))),
        durationText(median(other.flatMap((value) => value ?? []))),
        ratio.toFixed(3),
        `[${Math.min(...ratios).toFixed(3)}, ${Math.max(...ratios).toFixed(3)}]`,
        `${AIM}: ${aimText(ratio <= AIM)}`,
      ]
    })
  return align([['', 'rr p50', 'ping-pong p50', 'ratio', 'of the rounds', 'aim'], ...rows])
}

/** By round; `null` where that did not complete. */
function p50s(c) {
  return c.repetitions.map(({ status, latency }) =>
    status === 'completed' ? (latency?.percentiles.p50 ?? null) : null,
  )
}
