/** Does something each time an element comes into view, a little ahead. */
export function whenSeen(act: () => void): (element: Element) => () => void {
  return (element) => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) act()
    }, { rootMargin: '300px' }) // prettier-ignore
    observer.observe(element)
    return () => observer.disconnect()
  }
}
