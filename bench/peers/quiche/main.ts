// The perf protocol on quiche in a process of its own, to be held against xrbench's:
//
//   serve                                           prints its port and the SHA-256 of its certificate, and serves
//   measure PORT SHA256 UP DOWN WARMUP SECONDS      how long requests of UP bytes take that are answered with DOWN bytes, as a line of JSON
import { QuicheClient } from '../../../src/quic-perf/fixtures/quiche-client.js'
import { startQuicheServer } from '../../../src/quic-perf/fixtures/quiche-server.js'

/** What xrbench has by default. */
const TUNING = { udpPayloadBytes: 1452, windowBytes: 2 << 20 }

async function serve(): Promise<void> {
  const { port, fingerprint } = await startQuicheServer(TUNING)
  process.stdout.write(`${port} ${Buffer.from(fingerprint).toString('hex')}\n`)
}

async function measure(port: number, fingerprint: string, numbers: number[]): Promise<void> {
  const [up = 8, down = 0, warmupSeconds = 0, seconds = 0] = numbers
  const client = await QuicheClient.connect(port, fingerprint, TUNING)
  const ask = async () => {
    const answer = await client.request({ responseBytes: BigInt(down), more: up - 8 })
    if (answer.bytes !== down || answer.end !== 'fin')
      throw new Error(`${answer.bytes} bytes came, and ${answer.end}`)
  }
  if (seconds > 0 && warmupSeconds > 0) await requestsFor(warmupSeconds, ask)
  const { took, elapsedNs } = await requestsFor(seconds, ask)
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(share * (took.length - 1))]
  process.stdout.write(
    `${JSON.stringify({
      ...{ requests: took.length, responseBytes: down, seconds: elapsedNs / 1e9 },
      ...{ p50Ns: at(0.5), p99Ns: at(0.99), p999Ns: at(0.999), maxNs: at(1) },
    })}\n`,
  )
  client.close()
}

/** One after the other, at least one. */
async function requestsFor(seconds: number, ask: () => Promise<void>) {
  const took: number[] = []
  const began = process.hrtime.bigint()
  for (let sent = began; ; ) {
    await ask()
    const answered = process.hrtime.bigint()
    took.push(Number(answered - sent))
    const elapsedNs = Number(answered - began)
    if (elapsedNs >= seconds * 1e9) return { took, elapsedNs }
    sent = answered
  }
}

const [command, port, fingerprint, ...numbers] = process.argv.slice(2)
if (command === 'serve') await serve()
else await measure(Number(port), fingerprint ?? '', numbers.map(Number))
