import { expect, it } from 'vitest'
import { PIPE_FRAME_MAX_BYTES, PipeReader, pipeFrame } from './pipe-frames.js'

it('gives back what was said, arrays of numbers too, however the bytes were cut', () => {
  const said = [
    { type: 'opened', blob: Uint8Array.of(0, 255, 7) },
    { type: 'ended', outcome: { links: [{ latency: histogram(3) }, { latency: null }] } },
    { type: 'beat', soFar: null, list: [[], {}, '\u00e4', 1e300, false] },
    { type: 'ended', none: new Float64Array(0) },
  ]
  const bytes = Buffer.concat(said.map(pipeFrame))
  for (const step of [1, 7, bytes.length]) {
    const reader = new PipeReader(PIPE_FRAME_MAX_BYTES)
    const got: unknown[] = []
    for (let at = 0; at < bytes.length; at += step) {
      reader.push(bytes.subarray(at, at + step))
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        got.push(next.message)
      }
    }
    expect(got).toStrictEqual(said)
  }
})

it('the longest report there can be is no longer than a frame', () => {
  const links = 64
  const histograms = 1 + 64
  const one = pipeFrame({ latency: histogram(4000) }).length
  expect(links * histograms * one).toBeLessThan(PIPE_FRAME_MAX_BYTES)
})

it('says nothing that would not arrive', () => {
  expect(() => pipeFrame({ type: 'ended', outcome: new BigInt64Array(1) })).toThrow('BigInt64Array')
})

function histogram(buckets: number) {
  const indices = Int32Array.from({ length: buckets }, (_, i) => 20_000 + i)
  const counts = Float64Array.from({ length: buckets }, (_, i) => 2 ** 52 + i)
  return { indices, counts, count: 0, overflow: 0, minNs: null, maxNs: 1, sumNs: 0.5 }
}
