/** What this node's metrics say now: the value of the sample that is called so, with its labels where it has some; NaN: none is. */
export async function figureOf(node: { metrics: () => Promise<string> }, sample: string): Promise<number> {
  const line = (await node.metrics()).split('\n').find((text) => text.startsWith(`${sample} `))
  return Number(line?.slice(sample.length))
}
