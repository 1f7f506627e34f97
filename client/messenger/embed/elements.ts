const svg = 'http://www.w3.org/2000/svg'

const icons = {
  speech: 'M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3 21l2-5.8A8.4 8.4 0 1 1 21 11.5z',
  cross: 'M6 6l12 12M18 6L6 18',
}

/** The button with both of its icons, of which the styles show one, and the place of the count. */
export function newButton(): { button: HTMLButtonElement; badge: HTMLElement } {
  const button = document.createElement('button')
  button.type = 'button'
  button.appendChild(newIcon('speech'))
  button.appendChild(newIcon('cross'))
  const badge = document.createElement('span')
  badge.setAttribute('aria-hidden', 'true')
  badge.hidden = true
  button.appendChild(badge)
  return { button, badge }
}

export function newFrame(address: string, title: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.src = address
  frame.title = title
  frame.setAttribute('allow', '')
  return frame
}

function newIcon(name: keyof typeof icons): SVGElement {
  const icon = document.createElementNS(svg, 'svg')
  icon.setAttribute('class', name)
  icon.setAttribute('viewBox', '0 0 24 24')
  icon.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svg, 'path')
  path.setAttribute('d', icons[name])
  icon.appendChild(path)
  return icon
}
