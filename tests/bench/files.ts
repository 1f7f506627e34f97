import { spawnSync } from 'node:child_process'

/** Node raises the limit of open files to what it may. */
export function requireFiles(wanted: number): void {
  const most = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout.trim()
  if (Number(most) < wanted) throw new Error(`So many sockets need ${wanted} open files; ulimit -Hn says ${most}.`)
}
