import { expect, test } from 'vitest'
import { MEASURE } from '../../options/measure.js'
import { itemsOf, refuseRange } from './range.js'

const { sizesBytes, waits, streams, rateBitsPerSec } = MEASURE
const read = (item: string) => itemsOf(sizesBytes.kind, item, '--size')

test.each([
  ['64..1k', ['64B', '128B', '256B', '512B', '1KiB']],
  ['64 .. 200', ['64B', '128B', '200B']],
  ['1..3', ['1B', '2B', '3B']],
  ['4k', ['4k']],
  ['1.5k', ['1.5k']],
  ['junk', ['junk']],
])('%s stands for %j', (item, items) => {
  expect(read(item)).toEqual(items)
})

test('a range is of sizes alone', () => {
  expect(itemsOf(waits.kind, 'block..spin', '--wait')).toEqual(['block..spin'])
})

test.each([
  ['64-1M', '--size 64..1M'],
  ['64:1M', '--size 64..1M'],
  ['64...1M', '--size 64..1M'],
  ['64..', '--size 64..1M'],
  ['..4k', '--size 64..4k'],
  ['1M..64', '--size 64..1M'],
  ['64..64', '--size 64'],
  ['0..64', '--size 1..64'],
  ['1..2..3', '--size 1..2'],
])('%s is refused with what was meant', (item, hint) => {
  expect(() => read(item)).toThrow(expect.objectContaining({ code: 'XRB_BAD_RANGE', hint }))
})

test.each([
  [streams.kind, '1..64', 'a run for each: --x 1, then --x 64'],
  [rateBitsPerSec.kind, '1.5G..10G', 'a run for each: --x 1.5G, then --x 10G'],
])('where a run has one value, a range is refused as that', (kind, text, hint) => {
  expect(() => refuseRange(kind, text, '--x')).toThrow(
    expect.objectContaining({ code: 'XRB_BAD_RANGE', hint }),
  )
  expect(() => refuseRange(kind, text.replace(/\.\..*/, ''), '--x')).not.toThrow()
})
