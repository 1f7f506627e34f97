import type { SerializedError } from 'vitest'
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

/** As many letters of a reason as one line has. */
const most = 300

/** Behind everything else, where a long output still shows it: a line for each thing that failed. */
export default class BriefReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[], reason: TestRunEndReason): void {
    if (reason !== 'failed') return
    const lines = modules.flatMap((module) => [
      ...module.errors().map(({ message }) => line(module.relativeModuleId, message)),
      ...[...module.children.allTests('failed')].map((test) =>
        line(`${module.relativeModuleId} › ${test.fullName}`, test.result().errors?.[0]?.message),
      ),
      ...[...module.children.allSuites()].flatMap((suite) =>
        suite.errors().map(({ message }) => line(`${module.relativeModuleId} › ${suite.fullName}`, message)),
      ),
    ])
    const strays = unhandled.map(({ message }) => line('nobody’s error', message))
    process.stdout.write(`\nFailed:\n${[...lines, ...strays].join('\n')}\n`)
  }
}

function line(where: string, message = ''): string {
  return `- ${where}\n  ${message.replaceAll(/\s+/g, ' ').slice(0, most)}`
}
