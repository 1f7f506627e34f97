/**
 * What the value was when the page was last painted. A list of thousands follows what somebody types or chooses by this: first
 * their letter shows, then what it finds, and of letters that come quickly only the last one is looked for.
 */
export function afterPaint<Value>(value: () => Value): () => Value {
  let painted = $state.raw(value())
  $effect(() => {
    const next = value()
    return oncePainted(() => (painted = next))
  })
  return () => painted
}

/** Acts once the page was painted with what is in it now. Answers how to call it off. */
export function oncePainted(act: () => void): () => void {
  let turn: ReturnType<typeof setTimeout> | undefined
  // a frame's callbacks run before it is painted, and the next turn after it
  const frame = requestAnimationFrame(() => (turn = setTimeout(act)))
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(turn)
  }
}
