/** A process that confines itself as one that measures for a client does, says what the kernel had for that, and ends. */
import { addonFolders, loadAddon } from '../../addon/load.js'

const addon = loadAddon()
const confinement = addon.confine(addonFolders(process.env))
const { filtersCalls } = confinement
process.stdout.write(
  JSON.stringify({
    ...confinement,
    filtersCalls: filtersCalls && addon.confineLocalSockets(false),
  }),
)
