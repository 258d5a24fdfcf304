/** The agent of a lab: in a guest, for one client that the same host starts. Its input says where to listen; it ends with its guest. */
import { readFileSync } from 'node:fs'
import { type AgentStart, openOwnAgent } from './own.js'

await openOwnAgent(JSON.parse(readFileSync(0, 'utf8')) as AgentStart)
