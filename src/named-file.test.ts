import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NamedFileError, readNamedFile } from './named-file.js'

const LIMIT = 1000

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-named-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function inFolder(name: string): string {
  return join(folder, name)
}

function pipe(name: string): string {
  execFileSync('mkfifo', [inFolder(name)])
  return inFolder(name)
}

const read = (path: string) => readNamedFile(path, { maxBytes: LIMIT, pipeDeadlineMs: 100 })

async function refusal(path: string): Promise<[string, string]> {
  const error = await read(path).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(NamedFileError)
  return [error.reason, error.message]
}

test.each([0, 1, LIMIT])('%i bytes are read', async (bytes) => {
  writeFileSync(inFolder('file'), 'x'.repeat(bytes))
  expect((await read(inFolder('file'))).toString()).toBe('x'.repeat(bytes))
})

test('a file that has bytes and no size is read', async () => {
  expect((await read('/proc/self/comm')).length).toBeGreaterThan(0)
})

test('one byte more than the limit is refused', async () => {
  writeFileSync(inFolder('file'), 'x'.repeat(LIMIT + 1))
  expect(await refusal(inFolder('file'))).toEqual(['too-large', 'is larger than 1000 bytes'])
})

test('what is no file is refused, whatever leads to it', async () => {
  symlinkSync('/dev/zero', inFolder('endless'))
  const server = createServer().listen(inFolder('socket'))
  await new Promise((resolve) => server.once('listening', resolve))
  expect(await refusal(inFolder('endless'))).toEqual(['no-file', 'is a device, not a file'])
  expect(await refusal('/dev/null')).toEqual(['no-file', 'is a device, not a file'])
  expect(await refusal(folder)).toEqual(['no-file', 'is a folder, not a file'])
  expect(await refusal(inFolder('socket'))).toEqual([
    'no-file',
    expect.stringMatching(/^is a socket/),
  ])
  expect(await refusal(inFolder('none'))).toEqual(['failed', 'does not exist'])
  server.close()
})

test('a pipe is read to its end, whenever its writer comes', async () => {
  const path = pipe('pipe')
  const content = readNamedFile(path, { maxBytes: LIMIT })
  const writer = openSync(path, 'w')
  writeSync(writer, 'one ')
  writeSync(writer, 'two')
  closeSync(writer)
  expect((await content).toString()).toBe('one two')
})

test('a pipe is given up on that has no writer, or one that does not end', async () => {
  const path = pipe('silent')
  expect((await refusal(path))[0]).toBe('late')
  const given = read(path)
  const writer = openSync(path, 'w')
  writeSync(writer, 'never ends')
  await expect(given).rejects.toMatchObject({ reason: 'late' })
  closeSync(writer)
})

test('a pipe that gives more than the limit is refused', async () => {
  const path = pipe('flood')
  const given = readNamedFile(path, { maxBytes: LIMIT })
  const writer = openSync(path, 'w')
  writeSync(writer, 'x'.repeat(LIMIT + 1))
  await expect(given).rejects.toMatchObject({ reason: 'too-large' })
  closeSync(writer)
})
