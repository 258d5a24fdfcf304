import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../setup/paths.mjs'

/** What a check, as `check-rooms.mjs`, says of a tree that has these files alone; for its test. */
export function checkPlanted(check, files) {
  const tree = mkdtempSync(join(tmpdir(), 'xrbench-planted-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(tree, dirname(name)), { recursive: true })
      writeFileSync(join(tree, name), text)
    }
    const run = spawnSync(process.execPath, [`${root}/scripts/${check}`, tree], {
      encoding: 'utf8',
    })
    if (run.stderr !== '') throw new Error(run.stderr)
    const problems = run.stdout.split('\n').filter((line) => line !== '')
    return { status: run.status, problems }
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}
