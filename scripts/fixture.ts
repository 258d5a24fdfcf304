import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const checkout = fileURLToPath(new URL('..', import.meta.url))

const ADDON = `#include <node_api.h>
NAPI_MODULE_INIT() { return exports; }
`

const BINDING = `{ 'targets': [{ 'target_name': 'xrbench', 'sources': ['native/addon.c'] }] }
`

/**
 * A checkout in miniature, in a folder of its own: the real set-up and settings around one C file
 * and two TypeScript files, so that a build takes a second. `node_modules` is the real one, or none.
 */
export function makeFixture({ withPackages }: { withPackages: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), 'xrbench-setup-'))
  const copied = [
    'scripts',
    'native/node-api',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]
  for (const path of copied) cpSync(join(checkout, path), join(folder, path), { recursive: true })
  writeFileSync(join(folder, 'binding.gyp'), BINDING)
  writeFileSync(join(folder, 'native/addon.c'), ADDON)
  mkdirSync(join(folder, 'src/cli'), { recursive: true })
  writeFileSync(
    join(folder, 'src/cli/main.ts'),
    "#!/usr/bin/env node\nprocess.stdout.write('ran\\n')\n",
  )
  mkdirSync(join(folder, 'src/report/drawing'), { recursive: true })
  writeFileSync(join(folder, 'src/report/drawing/bundle.ts'), 'export const drawn = true\n')
  if (withPackages) symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** The set-up of `folder`, as `npm run setup` would start it. */
export function setUp(
  folder: string,
  {
    nodeArgs = [],
    args = [],
    environment = {},
  }: { nodeArgs?: string[]; args?: string[]; environment?: Record<string, string> } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [...nodeArgs, 'scripts/setup.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
}

/** Version managers put a script before the program, and that script wants more than a bare PATH has. */
const COMMANDS_BEHIND_SHIMS: Readonly<Record<string, string>> = {
  python3: "python3 -c 'import sys; print(sys.executable)'",
}

function shell(line: string): string {
  return spawnSync('sh', ['-c', line], { encoding: 'utf8' }).stdout.trim()
}

/** Its file, also where a shell has a command of that name within. */
function programOf(command: string): string {
  const files = (process.env.PATH ?? '').split(':').map((folder) => join(folder, command))
  return files.find(existsSync) ?? command
}

/** A PATH with these commands and nothing else: no compiler, no apt-get, no sudo. */
export function bareCommands(folder: string, commands: string[]): string {
  const path = join(folder, 'bare-bin')
  mkdirSync(path)
  for (const command of commands) {
    const behindShim = COMMANDS_BEHIND_SHIMS[command]
    const program = behindShim === undefined ? programOf(command) : shell(behindShim)
    symlinkSync(program, join(path, command))
  }
  symlinkSync(process.execPath, join(path, 'node'))
  return path
}
