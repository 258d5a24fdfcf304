import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { addonFiles } from './load.js'

const hasNm = spawnSync('nm', ['--version']).status === 0

test('the addon asks for no library of RDMA at load time, so that it loads where there is none', ({
  skip,
}) => {
  skip(!hasNm, 'nm (package binutils) is missing')
  const [file = ''] = addonFiles(process.env)
  const wanted = execFileSync('nm', ['-D', '--undefined-only', file], { encoding: 'utf8' })
  expect(wanted.split('\n').filter((line) => /\b_?(ibv|rdma|mlx5dv)_/.test(line))).toEqual([])
  expect(wanted).toContain('napi_')
})
