import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { addonFiles } from './load.js'

const hasNm = spawnSync('nm', ['--version']).status === 0
const [core = ''] = addonFiles(process.env)

beforeEach(({ skip }) => {
  skip(!hasNm, 'nm (package binutils) is missing')
})

/** What the dynamic loader has to find elsewhere for a file of the addon. */
function wantedBy(file: string): string[] {
  const listed = execFileSync('nm', ['-D', '--undefined-only', file], { encoding: 'utf8' })
  return listed.split('\n').flatMap((line) => line.trim().split(/\s+/)[1] ?? [])
}

test('the addon asks for no library of RDMA at load time, so that it loads where there is none', () => {
  const wanted = wantedBy(core)
  expect(wanted.filter((name) => /^_?(ibv|rdma|mlx5dv)_/.test(name))).toEqual([])
  expect(wanted.filter((name) => name.startsWith('napi_'))).not.toEqual([])
})

// Node.js shows its own OpenSSL to everything that it loads: one linked beside it would not be the one that is called.
test.for(['xrbench.node', 'xrbench_tls.node', 'xrbench_quic.node'])(
  '%s asks for no OpenSSL at load time',
  (name, { skip }) => {
    const file = join(dirname(core), name)
    skip(!existsSync(file), 'not in this build')
    const ofOpenssl = /^_?(SSL|OSSL|BIO|EVP|X509|ERR|RAND|CRYPTO|OPENSSL|OpenSSL|ASN1)_/
    expect(wantedBy(file).filter((symbol) => ofOpenssl.test(symbol))).toEqual([])
  },
)
