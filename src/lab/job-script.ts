import { shellWord, shellWords } from './shell-words.js'

export interface Command {
  argv: readonly string[]
  /** Default: the lab's own. */
  cwd?: string
  env?: Readonly<NodeJS.ProcessEnv>
}

/** Variables that speak of this machine's session, not of the guest's. */
const LEFT_OUT =
  /^(XDG_RUNTIME_DIR|XDG_SESSION_.*|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|SSH_AUTH_SOCK|SUDO_.*|PWD|OLDPWD|SHLVL|_)$/

/** The script that a guest runs for a command: same folder, same variables, then the command in its place. */
export function jobScript({ argv, cwd = process.cwd(), env = process.env }: Command): string {
  const variables = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || !/^[A-Za-z_]\w*$/.test(name) || LEFT_OUT.test(name)
      ? []
      : [`export ${name}=${shellWord(value)}`],
  )
  return [
    ...variables,
    'export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin:/run/lab/bin"',
    `cd ${shellWord(cwd)} || exit 126`,
    `exec ${shellWords(argv)}`,
    '',
  ].join('\n')
}
