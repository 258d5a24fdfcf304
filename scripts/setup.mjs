// The way in for `npm start`, `npm test` and `npm run setup`.
// This file alone must still parse on Node.js 12, so that an old Node.js gets a sentence and not a
// SyntaxError; all else lives in setup/ and is loaded once the version is known to do.

const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  const script = process.env.npm_lifecycle_event || 'setup'
  process.stderr.write(
    `error: xrbench needs Node.js 20.19 or newer, and this is ${process.versions.node} [XRB_NODE_TOO_OLD]\n` +
      `hint: npm exec --yes --package=node@22 -- npm run ${script}\n`,
  )
  process.exitCode = 3
} else {
  void import('./setup/main.mjs').then((setup) => setup.main(process.argv.slice(2)))
}
