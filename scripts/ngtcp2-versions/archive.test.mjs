import { expect, test } from 'vitest'
import { apart, archiveIn, librariesIn, sourceOf } from './archive.mjs'

const ARCHIVE = 'http://archive.example/debian/'

test('the archive is the one of a whole suite, not that of its security updates', () => {
  const targets = `http://security.example/ bookworm-security\n${ARCHIVE} bookworm\n`
  expect(archiveIn(targets)).toBe(ARCHIVE)
})

test.each(['', '\n', ' bookworm\n', 'http://security.example/ bookworm-security\n'])(
  'without one there is none: %j',
  (targets) => expect(archiveIn(targets)).toBeUndefined(),
)

test('a source is signed by the keyring that is there, or as apt has it', () => {
  expect(sourceOf(ARCHIVE, 'sid', '/a/keyring.gpg')).toBe(
    `deb [signed-by=/a/keyring.gpg] ${ARCHIVE} sid main\n`,
  )
  expect(sourceOf(ARCHIVE, 'sid', null)).toBe(`deb ${ARCHIVE} sid main\n`)
})

test('the libraries are those of ngtcp2 that the headers depend on, each once', () => {
  const shown = [
    'Package: libngtcp2-dev\nDepends: libngtcp2-16 (= 1.11.0-1~bpo12+1)\n',
    'Package: libngtcp2-crypto-gnutls-dev',
    'Depends: libngtcp2-crypto-gnutls8 (= 1.11.0-1~bpo12+1), libc6 (>= 2.14), libngtcp2-16\n',
  ].join('\n')
  expect(librariesIn(shown)).toEqual(['libngtcp2-16', 'libngtcp2-crypto-gnutls8'])
  expect(librariesIn('')).toEqual([])
})

test("apt writes to the folder alone, and reads none of the machine's sources", () => {
  const options = apart('/a/folder', 'me').join(' ')
  for (const name of ['Dir::State', 'Dir::Cache', 'Dir::Etc::sourcelist'])
    expect(options).toContain(`-o ${name}=/a/folder/`)
  expect(options).toContain('-o Dir::Etc::sourceparts=-')
  expect(options).toContain('-o Dir::State::status=/dev/null')
})
