import { readConfig } from '#server/config.ts'
import { startNode } from '#server/node.ts'
import { answerBench } from './child.ts'

/** Rollcall as it is started, on the benchmark's database; only its limits and deadlines are wider, for a busy machine. */
const node = await startNode(readConfig(process.env), { limitFactor: 10_000, patienceFactor: 5 })
answerBench(node.port, node.stop)
