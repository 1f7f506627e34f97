import type { Plugin } from 'vite'

const file = /\/postgres\/src\/query\.js$/
// in the constructor both, and one where a cursor takes over
const settles = /this\.(resolve|reject) = x => \(this\.active = false, \1\(x\)\)/g

/**
 * Takes postgres.js into the build with one change: a statement makes the two functions that settle it outside of its
 * constructor. Made within, V8 carries the statement and what it answered on to the next full collection, until it has compiled
 * the constructor to its best, which a server that is asked 50 times a second never does (docs/decisions,
 * what-a-statement-leaves-behind). The build fails where the library does not read so any more.
 */
export function lightStatements(): Plugin {
  return {
    name: 'light-statements',
    transform(code, id) {
      if (!file.test(id)) return null
      const found = code.match(settles)
      if (found?.length !== 3)
        this.error('postgres.js settles its statements in another way than it did: look whether this is still needed.')
      const settler = 'function settle(query, how) { return x => (query.active = false, how(x)) }'
      // no line moves
      return { code: `${code.replace(settles, 'this.$1 = settle(this, $1)')}\n${settler}\n`, map: null }
    },
  }
}
