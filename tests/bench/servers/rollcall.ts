import { readConfig } from '#server/config.ts'
import { startNode } from '#server/node.ts'
import { reachable } from '../../support/receiver.ts'
import { answerBench } from './child.ts'

/**
 * Rollcall as it is started, on the benchmark's database; only its limits and deadlines are wider, for a busy machine, and
 * it reaches receivers on it.
 */
const node = await startNode(readConfig(process.env), { limitFactor: 10_000, patienceFactor: 5, ...reachable })
answerBench(node.port, node.stop)
