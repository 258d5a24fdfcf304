import { expect, test } from 'vitest'
import { documentOf, mixedCases } from '../fixtures/documents.js'
import { quietMachine } from '../fixtures/environments.js'
import { type ResultDocument, resultSchema } from '../schema/schema.js'
import { redact } from './redact.js'

function identifiable(): ResultDocument {
  const doc = documentOf(mixedCases(), 1, {
    client: quietMachine('left.example'),
    server: quietMachine('p50'),
  })
  const words = [
    '--peer=left.example:7471',
    '--key-file',
    '/home/zoe/key',
    '-o',
    'zoe.json',
    '--size',
    '64',
  ]
  doc.command = ['xrbench', 'run', ...words]
  doc.error = { code: 'XRB_PEER', message: 'No answer from left.example (192.0.2.20).', hint: null }
  return doc
}

/** None of them can be a part of a hash: each has a character that no hexadecimal digit is. */
const NAMES = ['left.example', '192.0.2.', '02:00:5e:10:00:01', '/home', 'zoe', ':7471']

const leftIn = (doc: ResultDocument) =>
  NAMES.filter((name) => JSON.stringify(doc).includes(name)).toSorted()

test('no name, address or path is left anywhere, whatever the key', () => {
  const doc = identifiable()
  expect(leftIn(doc)).toEqual(NAMES.toSorted())
  for (let i = 0; i < 200; i++) {
    expect(leftIn(redact(doc, Buffer.alloc(32, i)))).toEqual([])
  }
})

test('a name that is also a word of the format harms nothing else', () => {
  const redacted = redact(identifiable())
  expect(redacted.environment.server.hostname).toMatch(/^redacted-[0-9a-f]{12}$/)
  expect(redacted.cases).toHaveLength(4)
  expect(redacted.cases[0]?.summary).toEqual(identifiable().cases[0]?.summary)
})

test('the rest stays, valid and marked', () => {
  const redacted = redact(identifiable())
  expect(resultSchema.parse(redacted)).toEqual(redacted)
  expect(redacted.redacted).toBe(true)
  expect(redacted.command.slice(-2)).toEqual(['--size', '64'])
  expect(redacted.environment.client.cpu).toEqual(identifiable().environment.client.cpu)
})

test('equal names stay equal within a document and differ between documents', () => {
  const [one, two] = [redact(identifiable()), redact(identifiable())]
  const addresses = one.cases.map(({ parameters }) => parameters.effective.client?.localAddress)
  expect(new Set(addresses).size).toBe(1)
  expect(one.environment.client.hostname).not.toBe(two.environment.client.hostname)
  expect(one.error?.message).toContain(one.environment.client.hostname)
})

test('a command of more words than one pattern can hold is redacted too', () => {
  const doc = identifiable()
  const words = Array.from({ length: 150_000 }, (_, i) => `/home/zoe/${i}`)
  doc.command = [...doc.command, ...words]
  const { command } = redact(doc)
  expect(command.slice(-words.length).every((word) => /^redacted-[0-9a-f]{12}$/.test(word))).toBe(
    true,
  )
})

test('the original is untouched', () => {
  const doc = identifiable()
  redact(doc)
  expect(doc.environment.client.hostname).toBe('left.example')
  expect(doc.redacted).toBe(false)
})
