// What apt says, read: nothing here asks it.

/** What QUIC is built with. */
export const HEADERS = ['libngtcp2-dev', 'libngtcp2-crypto-gnutls-dev']

/**
 * The address of Debian's archive, as apt has it configured on this machine: of `apt-get indextargets` with the format below.
 * Security updates come from another one, which has no backports.
 */
export function archiveIn(targets) {
  const rows = targets.split('\n').map((line) => line.split(' '))
  return rows.find(([address, codename]) => address && codename && !codename.includes('-'))?.[0]
}

export const TARGETS = [
  ...['indextargets', '--format', '$(REPO_URI) $(CODENAME)'],
  ...['Created-By: Packages', 'Origin: Debian', 'Component: main'],
]

/** A sources.list of one suite, whose signatures are checked by `keyring`, or where it is `null` by apt's own choice. */
export function sourceOf(archive, suite, keyring) {
  const options = keyring === null ? '' : `[signed-by=${keyring}] `
  return `deb ${options}${archive} ${suite} main\n`
}

/** The libraries that packages of headers depend on: of `apt-cache show`. */
export function librariesIn(shown) {
  const wanted = [...shown.matchAll(/^Depends: (.*)$/gm)].flatMap(([, list]) => list.split(', '))
  const names = wanted.map((one) => one.split(' ')[0])
  return [...new Set(names)].filter((name) => /^libngtcp2-/.test(name))
}

/** Options that keep apt away from this machine's own state: `folder` has all of it. */
export function apart(folder, user) {
  const settings = {
    'Dir::Etc::sourcelist': `${folder}/sources.list`,
    'Dir::Etc::sourceparts': '-',
    'Dir::State': `${folder}/state`,
    'Dir::State::status': '/dev/null',
    'Dir::Cache': `${folder}/cache`,
    'APT::Sandbox::User': user,
    'APT::Update::Error-Mode': 'any',
    'Acquire::Retries': '1',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}
